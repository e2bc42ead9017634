suppressMessages(library(lme4))
fit <- lmer(Yield ~ 1 + (1 | Batch), Dyestuff)
spread <- as.data.frame(VarCorr(fit))$sdcor
between <- spread[1]
within <- spread[2]
tell("lme4::Dyestuff (Davies & Goldsmith 1972, table 6.3): six batches of five yields", "lme4",
     model = "fit <- lmer(Yield ~ 1 + (1 | Batch), Dyestuff)  # REML",
     data = list(yields = split(Dyestuff$Yield, Dyestuff$Batch)),
     expected = answers(
       sd_between = between,
       sd_within = within,
       # Balanced, so REML is the analysis of variance in closed form; lmer's optimum is near it.
       ms_between = anova(lm(Yield ~ Batch, Dyestuff))[["Mean Sq"]][1],
       ms_within = anova(lm(Yield ~ Batch, Dyestuff))[["Mean Sq"]][2],
       mean = unname(fixef(fit)),
       weight = between^2 / (between^2 + within^2 / 5),
       blup = as.list(setNames(ranef(fit)$Batch[[1]], rownames(ranef(fit)$Batch))),
       blup_se = as.list(setNames(sqrt(attr(ranef(fit, condVar = TRUE)$Batch, "postVar")[1, 1, ]),
                                  rownames(ranef(fit)$Batch)))))
