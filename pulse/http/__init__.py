"""HTTP at the edge: strict bodies, errors as problem details, headers. Every app uses it."""
