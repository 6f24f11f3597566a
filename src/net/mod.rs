//! Sockets and what the kernel says about them. It knows nothing of journals.
