//! The console front end: one file per subcommand. It never sees the window.
