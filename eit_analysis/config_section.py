"""What every section of ``study.toml`` is: its keys are all declared, each of its type, and none changes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Year = Annotated[int, Field(ge=1990, le=2200)]
Said = Annotated[str, Field(pattern=r"\S")]


class Section(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


def once(named: Callable[[Any], str]) -> AfterValidator:
    """A list no two lines of which are about the same thing."""

    def check(lines: list[Any]) -> list[Any]:
        for name, count in Counter(map(named, lines)).items():
            if count > 1:
                raise ValueError(f"{count} lignes sont données pour {name}, gardez-en une")
        return lines

    return AfterValidator(check)
