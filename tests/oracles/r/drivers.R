# Johnson 2000, Multivar. Behav. Res. 35, 1-19, from the correlation matrix alone.
johnson <- function(r, y) {
  parts <- eigen(r[-y, -y])
  root <- parts$vectors %*% diag(sqrt(parts$values)) %*% t(parts$vectors)
  drop(root^2 %*% solve(root, r[-y, y])^2)
}
# Lindeman, Merenda & Gold 1980: mean gain in R^2 over all orders, by lm.
lmg <- function(frame, y) {
  x <- setdiff(names(frame), y)
  r2 <- function(some) if (length(some) == 0) 0 else
    summary(lm(reformulate(some, y), frame))$r.squared
  sapply(x, function(one) {
    others <- setdiff(x, one)
    sum(sapply(0:length(others), function(size) {
      some <- if (size == 0) list(character()) else combn(others, size, simplify = FALSE)
      mean(sapply(some, function(each) r2(c(each, one)) - r2(each))) / length(x)
    }))
  })
}
cars <- mtcars[, c("mpg", "cyl", "disp", "hp", "gear")]
sums <- function(frame) list(n = nrow(frame), sums = unname(colSums(frame)),
                             products = unname(crossprod(as.matrix(frame))))
tell("datasets::mtcars (mpg, cyl, disp, hp, gear) and datasets::swiss (Fertility, then the others)",
     c("stats", "datasets"),
     data = list(mtcars = sums(cars), swiss = sums(swiss)),
     expected = answers(
       johnson = unname(johnson(cor(cars), 1)),
       r2 = summary(lm(mpg ~ cyl + disp + hp + gear, mtcars))$r.squared,
       johnson_swiss = unname(johnson(cor(swiss), 1)),
       lmg = unname(lmg(swiss, "Fertility")),
       r2_swiss = summary(lm(Fertility ~ ., swiss))$r.squared))
