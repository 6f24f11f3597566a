//! Nothing but a wish: while this package is built together with `sockscope`, the window's tests have their harness. It
//! knows no test.
