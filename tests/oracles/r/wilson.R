wilson <- function(x, n) {
  unname(as.numeric(suppressWarnings(prop.test(x, n, correct = FALSE))$conf.int))
}
# Agresti & Coull 1998: z^2 / 2 successes and as many failures added, then Wald; not clipped.
agresti_coull <- function(x, n) {
  z <- qnorm(.975)
  p <- (x + z^2 / 2) / (n + z^2)
  p + c(-1, 1) * z * sqrt(p * (1 - p) / (n + z^2))
}
cases <- list(c(81, 263), c(15, 148), c(0, 20), c(1, 29), c(5, 6), c(6, 6), c(0, 6), c(3, 6))
tell("Newcombe 1998, Stat. Med. 17, 857-872, table I (the first four), and sixths", "stats",
     data = list(cases = cases),
     expected = answers(
       wilson = lapply(cases, function(each) wilson(each[1], each[2])),
       agresti_coull = lapply(cases, function(each) agresti_coull(each[1], each[2]))))
