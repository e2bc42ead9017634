"""The issuer: signs one blinded token per invitation; knows no person, no answer, no time."""
