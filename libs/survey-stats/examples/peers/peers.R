# Times R's survey and sampling on the data of the bench, in CPU seconds.
# Usage: Rscript peers.R FOLDER. Prints name, seconds and figures, parted by tabs.
folder <- commandArgs(TRUE)[1]
report <- function(name, work, figures) {
  time <- system.time(result <- work())
  cat(name, sprintf("%.6f", time[[1]] + time[[2]]), paste(format(figures(result), digits = 17, trim = TRUE), collapse = ","), sep = "\t")
  cat("\n")
}
attempt <- function(name, measure) {
  tryCatch(measure(), error = function(e) cat(name, "missing", gsub("[\n\t]", " ", conditionMessage(e)), "\n", sep = "\t"))
}
read <- function(name, what, size) readBin(file.path(folder, name), what, n = 5e7, size = size, endian = "little")
attempt("survey", function() {
  suppressPackageStartupMessages(library(survey))
  frame <- data.frame(
    psu = read("psu.u32", "integer", 4), stratum = read("stratum.u32", "integer", 4),
    weight = read("weight.f64", "double", 8), y = read("y.f64", "double", 8), domain = read("domain.u32", "integer", 4)
  )
  for (m in 0:5) frame[[paste0("m", m)]] <- factor(read(sprintf("margin%d.u32", m), "integer", 4))
  design <- svydesign(id = ~psu, strata = ~stratum, weights = ~weight, data = frame)
  cells <- function(b) as.vector(rbind(coef(b), SE(b)))
  report("survey means", function() svyby(~y, ~domain, design, svymean), cells)
  report("survey bootstrap", function() svyby(~y, ~domain, as.svrepdesign(design, type = "subbootstrap", replicates = 1000), svymean), cells)
  total <- sum(frame$weight)
  margins <- lapply(0:5, function(m) {
    share <- read(sprintf("margin%d.f64", m), "double", 8)
    d <- data.frame(k = factor(seq_along(share) - 1), Freq = share * total)
    names(d)[1] <- paste0("m", m)
    d
  })
  formulas <- lapply(0:5, function(m) as.formula(paste0("~m", m)))
  report("survey rake", function() rake(design, formulas, margins, control = list(maxit = 200, epsilon = 1e-10, verbose = FALSE)), function(r) {
    w <- weights(r)
    w <- w / mean(w)
    c(w[1], w[2], w[length(w)], sum(w^2))
  })
})
attempt("sampling", function() {
  suppressPackageStartupMessages(library(sampling))
  size <- read("size.f64", "double", 8)
  pik <- inclusionprobabilities(size, 300)
  report("sampling maximum entropy joint", function() UPmaxentropypi2(pik), function(j) c(sum(j), j[1, 2]))
})
