//! Sources → articles: the edge to HTTP and files.
