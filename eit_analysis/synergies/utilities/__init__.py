"""Heat, water, biogas and fuel: who could take what another lets go, through which pipe, and who gains."""
