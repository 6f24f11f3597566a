//! What is kept between runs, in versioned files.
