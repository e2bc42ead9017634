p <- c(.0001, .0004, .0019, .0095, .0201, .0278, .0298, .0344, .0459, .3240, .4262, .5719, .6528,
       .7590, 1)
tell("Benjamini & Hochberg 1995, J. R. Stat. Soc. B 57, section 4.1: a thrombolysis trial", "stats",
     data = list(p = p, q = .05),
     expected = answers(
       adjusted = p.adjust(p, "BH"),
       rejected = sum(p.adjust(p, "BH") <= .05),
       bonferroni = sum(p.adjust(p, "bonferroni") <= .05)))
