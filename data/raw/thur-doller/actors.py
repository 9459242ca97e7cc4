"""Who answers: the twenty invented firms, three ESS structures and two outlets, with their people.

Every name is made up and every SIRET starts with ``000``, a range never given to a French firm.
"""

from __future__ import annotations

from dataclasses import dataclass

# id | name | NAF | commune | INSEE | postcode | staff 2015 | staff 2018 | type | consent | sector
ACTORS = """
E01|Engrenages du Dahu|2562B|Cernay|68063|68700|178|185|entreprise|nominative|mechanics
E02|Visserie Tournepouce|2594Z|Vieux-Thann|68348|68800|101|96|entreprise|agrégée|mechanics
E03|Pompes Glouglou|2813Z|Masevaux-Niederbruck|68201|68290|135|142|entreprise|nominative|mechanics
E04|Robinetterie Clapotis|2814Z|Burnhaupt-le-Haut|68060|68520|61|64|entreprise|agrégée|mechanics
E05|Machines Tricotin|2894Z|Sentheim|68304|68780|222|210|entreprise|nominative|mechanics
E06|Chimie de l'Alambic Bleu|2059Z|Aspach-Michelbach|68012|68700|305|312|entreprise|nominative|chemistry
E07|Pigments Arlequinade|2012Z|Schweighouse-Thann|68302|68520|124|118|entreprise|agrégée|chemistry
E08|Colles Poulpe et Cie|2052Z|Guewenheim|68115|68116|44|47|entreprise|aucune|chemistry
E09|Plastiques Bulle-de-Savon|2222Z|Cernay|68063|68700|122|130|entreprise|nominative|plastics
E10|Moulages Girafon|2229A|Malmerspach|68199|68550|75|72|entreprise|agrégée|plastics
E11|Tubes Serpentine|2221Z|Burnhaupt-le-Bas|68059|68520|55|58|entreprise|aucune|plastics
E12|Filature Pelote-Folle|1310Z|Oderen|68247|68830|97|88|entreprise|nominative|textile
E13|Ennoblissement Caméléon|1330Z|Lauw|68179|68290|131|124|entreprise|aucune|textile
E14|Couture du Dé d'Or|1392Z|Saint-Amarin|68292|68550|41|39|entreprise|agrégée|textile
E15|Biscuiterie Croque-Lune|1072Z|Sentheim|68304|68780|148|156|entreprise|nominative|food
E16|Laiterie des Trois Nuages|1051C|Fellering|68089|68470|66|68|entreprise|agrégée|food
E17|Conserverie Potiron-Magique|1039A|Wattwiller|68359|68700|43|45|entreprise|agrégée|food
E18|Hypermarché Panier-Volant|4711F|Thann|68334|68800|172|178|entreprise|nominative|retail
E19|Supermarché Brouette-d'Or|4711D|Masevaux-Niederbruck|68201|68290|40|42|entreprise|nominative|retail
E20|Bricolage du Clou-Rieur|4752B|Vieux-Thann|68348|68800|49|52|entreprise|agrégée|retail
S01|ESAT des Mains-Arc-en-Ciel|8810C|Cernay|68063|68700|92|95|ESS|nominative|esat
S02|Chantier d'insertion Rameau-Neuf|8899B|Willer-sur-Thur|68372|68760|31|34|ESS|nominative|insertion
S03|Ressourcerie La Seconde-Farandole|4779Z|Masevaux-Niederbruck|68201|68290|15|21|ESS|nominative|insertion
F01|Méthaniseur du Vallon-Imaginaire|3821Z|Soppe-le-Bas|68313|68780|5|6|filière|nominative|outlet
F02|Plateforme Carton-Papier-Bois des Trois-Lutins|3832Z|Aspach-le-Bas|68011|68700|20|23|filière|nominative|outlet
"""  # noqa: E501

# sector | ROME | occupation | share of staff (%) | age profile | hiring difficulty 2018 (0 to 4)
OCCUPATIONS = """
mechanics|H2903|Conduite d'équipement d'usinage|36|older|4
mechanics|H2909|Montage-assemblage mécanique|22|middle|2
mechanics|I1310|Maintenance mécanique industrielle|8|middle|4
mechanics|H1506|Intervention technique qualité en mécanique et travail des métaux|6|middle|2
mechanics|H1206|Management et ingénierie études, recherche et développement industriel|10|middle|3
mechanics|N1103|Magasinage et préparation de commandes|9|younger|1
mechanics|M1607|Secrétariat|9|older|0
chemistry|H2301|Conduite d'équipement de production chimique ou pharmaceutique|46|middle|3
chemistry|H1210|Intervention technique en études, recherche et développement|14|middle|2
chemistry|I1304|Installation et maintenance d'équipements industriels et d'exploitation|10|middle|4
chemistry|H1302|Management et ingénierie Hygiène Sécurité Environnement -HSE- industriels|4|middle|3
chemistry|H3301|Conduite d'équipement de conditionnement|12|younger|1
chemistry|N1103|Magasinage et préparation de commandes|6|younger|1
chemistry|M1203|Comptabilité|8|middle|0
plastics|H3201|Conduite d'équipement de formage des plastiques et caoutchoucs|52|middle|3
plastics|H2912|Réglage d'équipement de production industrielle|12|older|4
plastics|I1304|Installation et maintenance d'équipements industriels et d'exploitation|8|middle|4
plastics|H3302|Opérations manuelles d'assemblage, tri ou emballage|14|younger|1
plastics|N1101|Conduite d'engins de déplacement des charges|6|younger|1
plastics|M1607|Secrétariat|8|older|0
textile|H2404|Conduite de machine de production et transformation des fils|34|older|3
textile|H2406|Conduite de machine de traitement textile|22|older|3
textile|H2402|Assemblage - montage de vêtements et produits textiles|18|older|3
textile|I1310|Maintenance mécanique industrielle|8|older|4
textile|N1103|Magasinage et préparation de commandes|9|middle|1
textile|M1607|Secrétariat|9|older|0
food|H2102|Conduite d'équipement de production alimentaire|50|middle|2
food|H3301|Conduite d'équipement de conditionnement|18|younger|1
food|I1304|Installation et maintenance d'équipements industriels et d'exploitation|8|middle|4
food|H1502|Management et ingénierie qualité industrielle|4|middle|2
food|N1101|Conduite d'engins de déplacement des charges|10|younger|1
food|M1602|Opérations administratives|10|middle|0
retail|D1507|Mise en rayon libre-service|38|younger|1
retail|D1505|Personnel de caisse|26|younger|1
retail|D1106|Vente en alimentation|16|younger|2
retail|D1502|Management/gestion de rayon produits alimentaires|10|middle|3
retail|N1105|Manutention manuelle de charges|6|younger|0
retail|M1602|Opérations administratives|4|middle|0
esat|H3302|Opérations manuelles d'assemblage, tri ou emballage|62|middle|0
esat|A1203|Aménagement et entretien des espaces verts|18|middle|1
esat|K1203|Encadrement technique en insertion professionnelle|15|middle|3
esat|M1602|Opérations administratives|5|middle|0
insertion|K2304|Revalorisation de produits industriels|72|younger|0
insertion|K1203|Encadrement technique en insertion professionnelle|14|middle|3
insertion|K1801|Conseil en emploi et insertion socioprofessionnelle|8|middle|1
insertion|M1602|Opérations administratives|6|middle|0
outlet|K2304|Revalorisation de produits industriels|55|middle|1
outlet|N1101|Conduite d'engins de déplacement des charges|30|younger|1
outlet|M1602|Opérations administratives|15|middle|0
"""

# Occupations that the firms of a sector do not have: a do-it-yourself store sells no food, a spinner does no
# finishing, a finisher does no spinning.
OTHER_OCCUPATIONS = {
    "E20": {
        "D1106": ("D1212", "Vente en décoration et équipement du foyer"),
        "D1502": ("D1509", "Management de département en grande distribution"),
    },
    "E13": {"H2404": ("H2408", "Conduite de machine d'impression textile")},
    "E14": {"H2406": ("H2415", "Contrôle en industrie du cuir et du textile")},
    "E12": {"H2402": ("H2413", "Préparation de fils, montage de métiers textiles")},
}

# Shares of staff (%) by age band, 15-24 to 60 and over, at the 2018 wave; rounded to what national and local
# tables have in common, never copied from one of them (figures compared in generate.py).
AGE_PROFILES = {
    "younger": (16, 13, 12, 12, 11, 12, 12, 9, 3),
    "middle": (8, 11, 13, 13, 13, 14, 14, 11, 3),
    "older": (6, 7, 9, 11, 12, 15, 18, 17, 5),
}


@dataclass(frozen=True)
class Actor:
    """One respondent; ``staff`` is by wave."""

    site_id: str
    name: str
    siret: str
    naf_code: str
    commune_name: str
    commune_code: str
    postcode: str
    staff: dict[str, int]
    actor_type: str
    consent: str
    sector: str


def luhn_key(digits: str) -> str:
    """The digit that makes the Luhn sum of ``digits`` followed by it a multiple of ten."""
    doubled = [int(d) * (2 if rank % 2 == 0 else 1) for rank, d in enumerate(reversed(digits))]
    return str(-sum(value // 10 + value % 10 for value in doubled) % 10)


def fictional_siret(rank: int, step: int = 137, site: int = 1) -> str:
    """A SIRET with right keys in the range 000 000 000: no French firm can have it."""
    siren = f"000{rank * step:05d}"
    siren += luhn_key(siren)
    return f"{siren}{site:04d}{luhn_key(f'{siren}{site:04d}')}"


def table(text: str) -> list[list[str]]:
    """Rows of a table typed as text, one a line, cells between bars."""
    return [line.split("|") for line in text.strip().splitlines()]


def actors() -> list[Actor]:
    rows = table(ACTORS)
    return [
        Actor(
            r[0], r[1], fictional_siret(rank), r[2], r[3], r[4], r[5],
            {"2015": int(r[6]), "2018": int(r[7])}, r[8], r[9], r[10],
        )
        for rank, r in enumerate(rows, start=1)
    ]  # fmt: skip


def occupations(actor: Actor) -> list[tuple[str, str, float, str, int]]:
    """ROME code, title, share of staff, age profile and hiring difficulty of each occupation of an actor."""
    other = OTHER_OCCUPATIONS.get(actor.site_id, {})
    return [
        (*other.get(rome, (rome, title)), float(share) / 100, profile, int(difficulty))
        for sector, rome, title, share, profile, difficulty in table(OCCUPATIONS)
        if sector == actor.sector
    ]
