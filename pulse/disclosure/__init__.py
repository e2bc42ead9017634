"""What may be published: groups, policy, the exact tree program, rounding and the audit."""
