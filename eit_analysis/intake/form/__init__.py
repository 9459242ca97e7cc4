"""The questionnaire that is sent to the firms, drawn from the contract."""
