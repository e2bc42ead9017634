suppressMessages(library(multilevel))
data(bhr2000); data(bh1996); data(lq2002)
moments <- function(frame, value, group) {
  kept <- frame[!is.na(frame[[value]]), ]
  lapply(unname(split(as.numeric(kept[[value]]), kept[[group]])),
         function(x) c(length(x), sum(x), sum(x^2)))
}
asked <- list(c("bhr2000", "HRS", "GRP"), c("bh1996", "WBEING", "GRP"), c("bh1996", "HRS", "GRP"),
              c("bh1996", "LEAD", "GRP"), c("bh1996", "COHES", "GRP"), c("lq2002", "LEAD", "COMPID"),
              c("lq2002", "TSIG", "COMPID"), c("lq2002", "HOSTILE", "COMPID"))
names(asked) <- sapply(asked, function(each) paste(each[1], each[2]))
model <- function(each) {
  frame <- get(each[1])
  aov(frame[[each[2]]] ~ as.factor(frame[[each[3]]]))
}
# Donner 1986, unequal sizes: n0 = (N - sum n^2 / N) / (k - 1) in the place of N / k.
unequal <- function(each) {
  squares <- summary(model(each))[[1]][["Mean Sq"]]
  frame <- get(each[1])
  n <- as.numeric(table(frame[[each[3]]][!is.na(frame[[each[2]]])]))
  n0 <- (sum(n) - sum(n^2) / sum(n)) / (length(n) - 1)
  (squares[1] - squares[2]) / (squares[1] + (n0 - 1) * squares[2])
}
tell("multilevel::bhr2000, bh1996, lq2002 (Bliese & Halverson; GPL, so only n, sum and sum of squares of each group stand here)",
     "multilevel",
     model = "model <- aov(value ~ as.factor(group))",
     data = lapply(asked, function(each) moments(get(each[1]), each[2], each[3])),
     expected = answers(
       icc1 = lapply(asked, function(each) ICC1(model(each))),
       icc2 = lapply(asked, function(each) ICC2(model(each))),
       unequal = lapply(asked, unequal)))
