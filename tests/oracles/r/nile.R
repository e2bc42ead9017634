suppressMessages(library(strucchange))
fit <- StructTS(Nile, "level")
tell("datasets::Nile: yearly flow at Aswan 1871-1970", c("stats", "strucchange"),
     model = "fit <- StructTS(Nile, \"level\")",
     data = list(nile = as.numeric(Nile), first_year = start(Nile)[1]),
     expected = answers(
       level = unname(fit$coef["level"]),
       epsilon = unname(fit$coef["epsilon"]),
       breakpoint = breakpoints(Nile ~ 1, breaks = 1)$breakpoints,
       break_year = breakdates(breakpoints(Nile ~ 1, breaks = 1))))
