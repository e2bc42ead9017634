suppressMessages(library(multilevel))
data(bhr2000)
set.seed(1)
three <- bhr2000[bhr2000$GRP %in% unique(bhr2000$GRP)[1:3], ]
tell("multilevel::bhr2000, items 2:12, its first three groups (GPL, so only counts of the answers 1-5 stand here)",
     "multilevel",
     data = list(counts = lapply(unname(split(three[, 2:12], three$GRP)), function(group)
       unname(lapply(group, function(item) as.numeric(table(factor(item, levels = 1:5))))))),
     expected = answers(
       rwgj = rwg.j(three[, 2:12], three$GRP, ranvar = 2)$rwg.j,
       lindell = rwg.j.lindell(three[, 2:12], three$GRP, ranvar = 2)$rwg.lindell,
       ad_m = ad.m(three[, 2:12], three$GRP)$AD.M,
       ad_m_first = ad.m(three[, 2], three$GRP)$AD.M,
       random_5 = rwg.sim(5, 5, 10000)$rwg.95,
       random_10 = rwg.sim(10, 5, 10000)$rwg.95,
       random_8_4 = rwg.j.sim(8, 4, nresp = 5, nrep = 10000)$rwg.95))
