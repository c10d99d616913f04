//! HTTP: the request context, forms, the page shell, languages, errors, assets.
