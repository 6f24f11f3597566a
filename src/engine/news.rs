//! "Something is new", told once however much is new, until the front end has looked.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Waker;

/// The bell between the engine's threads and the front end. Clones ring the same bell.
#[derive(Clone, Debug)]
pub struct News {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    untaken: AtomicBool,
    waker: Waker,
}

impl News {
    /// A bell that wakes this front end.
    pub fn new(waker: Waker) -> News {
        News { inner: Arc::new(Inner { untaken: AtomicBool::new(false), waker }) }
    }

    /// Says that something is new: wakes the front end unless it was woken already and has not looked since.
    pub fn ring(&self) {
        if !self.inner.untaken.swap(true, Ordering::AcqRel) {
            self.inner.waker.wake_by_ref();
        }
    }

    /// The front end looks now. Call it before reading status and journals, so that what comes in meanwhile
    /// rings again. Tells whether there was news.
    pub fn take(&self) -> bool {
        self.inner.untaken.swap(false, Ordering::AcqRel)
    }
}

#[cfg(test)]
mod tests {
    use super::News;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};
    use std::task::{Wake, Waker};

    struct Counter(AtomicU32);

    impl Wake for Counter {
        fn wake(self: Arc<Self>) {
            self.0.fetch_add(1, Ordering::SeqCst);
        }
    }

    #[test]
    fn any_amount_of_news_wakes_once() {
        let counter = Arc::new(Counter(AtomicU32::new(0)));
        let news = News::new(Waker::from(Arc::clone(&counter)));
        news.ring();
        news.clone().ring();
        assert_eq!(counter.0.load(Ordering::SeqCst), 1);
        assert!(news.take());
        assert!(!news.take());
        news.ring();
        assert_eq!(counter.0.load(Ordering::SeqCst), 2);
    }
}
