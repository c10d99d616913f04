//! Official plan documents become structure: chapters, measures, duties and targets, each with its place in the text.
