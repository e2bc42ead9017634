freedom <- c(1, 2, 2.7, 3.3, 5, 8.8, 20.5, 200)
tell("Student's t, two-sided", "stats",
     data = list(freedom = freedom, confidence = c(.8, .95)),
     expected = answers(q80 = qt(.9, freedom), q95 = qt(.975, freedom)))
