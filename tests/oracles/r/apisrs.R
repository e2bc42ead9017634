suppressMessages(library(survey))
data(api)
with_fpc <- svydesign(id = ~1, fpc = ~fpc, data = apisrs)
without <- svydesign(id = ~1, weights = ~pw, data = apisrs)
tell("survey::apisrs, api00: a simple random sample of 200 of California's 6,194 schools", "survey",
     data = list(n = nrow(apisrs), population = apisrs$fpc[1], sum = sum(apisrs$api00),
                 squares = sum(as.numeric(apisrs$api00)^2)),
     expected = answers(
       mean = unname(coef(svymean(~api00, with_fpc))),
       se = unname(SE(svymean(~api00, with_fpc))[1]),
       se_without_fpc = unname(SE(svymean(~api00, without))[1])))
