suppressMessages({library(multilevel); library(psych)})
data(bhr2000); data(lq2002)
bfi <- psychTools::bfi
# Pairwise sums: of item i over those who answered j too, and products; the diagonal is i alone.
pairwise <- function(frame) {
  x <- as.matrix(frame)
  known <- ifelse(is.na(x), 0, 1)
  x[is.na(x)] <- 0
  list(n = unname(crossprod(known)), sums = unname(crossprod(x, known)),
       squares = unname(crossprod(x^2, known)), products = unname(crossprod(x)))
}
turned <- function(frame, reversed) {
  frame[reversed] <- 7 - frame[reversed]
  frame
}
sets <- list(
  "bhr2000 2:12" = na.omit(bhr2000[, 2:12]),
  "lq2002 3:13" = na.omit(lq2002[, 3:13]),
  "lq2002 14:16" = na.omit(lq2002[, 14:16]),
  "lq2002 17:21" = na.omit(lq2002[, 17:21]),
  "bfi A" = turned(bfi[, 1:5], "A1"),
  "bfi C" = turned(bfi[, 6:10], c("C4", "C5")),
  "bfi E" = turned(bfi[, 11:15], c("E1", "E2")),
  "bfi N" = bfi[, 16:20],
  "bfi O" = turned(bfi[, 21:25], c("O2", "O5")),
  "bfi N listwise" = na.omit(bfi[, 16:20]))
tell("multilevel::bhr2000, lq2002 and psychTools::bfi (GPL, so only pairwise n, sums, squares and products stand here)",
     c("multilevel", "psych", "psychTools"),
     data = lapply(sets, pairwise),
     expected = answers(
       cronbach = lapply(sets[c(1:4, 10)], function(each) cronbach(each)$Alpha),
       psych = lapply(sets[5:10],
                      function(each) suppressWarnings(suppressMessages(psych::alpha(each, warnings = FALSE)))$total$raw_alpha)))
