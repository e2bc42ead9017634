suppressMessages({library(lavaan); library(psych)})
n5 <- psychTools::bfi[, 16:20]
listwise <- na.omit(n5)
ml <- function(cov, n) {
  fit <- cfa("f =~ N1 + N2 + N3 + N4 + N5", sample.cov = cov, sample.nobs = n, std.lv = TRUE,
             optim.method = "GN", optim.gn.tol.x = 1e-14, optim.gn.iter.max = 5000L)
  c(lavInspect(fit, "est")$lambda, diag(lavInspect(fit, "est")$theta))
}
omega_of <- function(est) sum(est[1:5])^2 / (sum(est[1:5])^2 + sum(est[6:10]))
tell("psychTools::bfi N1-N5 (GPL, so only covariances stand here)", c("lavaan", "psych", "psychTools"),
     model = "ml <- cfa(\"f =~ N1 + N2 + N3 + N4 + N5\", sample.cov, sample.nobs, std.lv = TRUE, optim.method = \"GN\", optim.gn.tol.x = 1e-14)",
     data = list(n = nrow(listwise), covariance = unname(cov(listwise)),
                 correlation = unname(cor(listwise))),
     expected = answers(
       estimates = ml(cov(listwise), nrow(listwise)),
       omega = omega_of(ml(cov(listwise), nrow(listwise))),
       correlation = omega_of(ml(cor(listwise), nrow(listwise))),
       fa_ml = with(fa(listwise, fm = "ml"),
                    sum(loadings)^2 / (sum(loadings)^2 + sum(uniquenesses))),
       psych_minres = suppressWarnings(suppressMessages(omega(listwise, 1, plot = FALSE)))$omega.tot))
