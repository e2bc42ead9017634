# Prints one oracle as JSON: what was asked of R, of which versions, and what it said.
# tell(source, packages, data, expected, model) - numbers with 15 significant digits; `model` is
# the text of the fit that the calls speak of.

quoted <- function(call) paste(deparse(call, width.cutoff = 500), collapse = " ")

# Evaluate each named call where it is written, and keep its text beside its value.
answers <- function(...) {
  calls <- as.list(substitute(list(...)))[-1]
  frame <- parent.frame()
  list(calls = lapply(calls, quoted), values = lapply(calls, eval, envir = frame))
}

tell <- function(source, packages, data, expected, model = "") {
  versions <- c(list(R = paste(R.version$major, R.version$minor, sep = ".")),
                sapply(packages, function(p) as.character(packageVersion(p)), simplify = FALSE))
  written <- list(source = source, versions = versions, data = data,
                  model = model, calls = expected$calls, expected = expected$values)
  cat(jsonlite::toJSON(written, auto_unbox = TRUE, digits = NA, pretty = 1, null = "null"), "\n")
}
