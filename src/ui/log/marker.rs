//! What is pointed out in the payload of rows: texts that are looked for, each in a colour of its own. It must not know
//! how it is drawn.

use crate::codec::expression::{Content, Finder};
use crate::codec::represent::{Mark, MarkClass, MarkColor};
use std::ops::ControlFlow;
use std::sync::Arc;

/// What is looked for in a payload, and how each of it is pointed out.
#[derive(Clone, Debug, Default)]
pub struct Sought {
    finders: Arc<[(Finder, MarkClass)]>,
}

impl Sought {
    /// These things: the first as what was found, the others in the colours of highlights.
    pub fn new(finders: Vec<&Finder>) -> Sought {
        let colors = MarkColor::ALL.into_iter().map(MarkClass::Color).cycle();
        let classes = std::iter::once(MarkClass::Found).chain(colors);
        Sought { finders: finders.into_iter().cloned().zip(classes).collect() }
    }

    /// These things, all in one colour.
    pub(super) fn in_color(finders: Vec<&Finder>, color: MarkColor) -> Sought {
        let class = MarkClass::Color(color);
        Sought { finders: finders.into_iter().map(|finder| (finder.clone(), class)).collect() }
    }

    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        self.finders.is_empty()
    }

    /// Where it is in a payload: at most so many places, in order, none overlapping the one before.
    pub fn marks(&self, content: &Content<'_>, most: usize) -> Vec<Mark> {
        let finders = self.finders.iter().map(|(finder, class)| (finder, *class));
        marks_of(finders, content, most)
    }
}

fn marks_of<'a>(
    finders: impl Iterator<Item = (&'a Finder, MarkClass)>,
    content: &Content<'_>,
    most: usize,
) -> Vec<Mark> {
    let mut all = Vec::new();
    for (finder, class) in finders {
        let mut left = most;
        finder.find(content, &mut |bytes| {
            all.push(Mark { bytes, class });
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        });
    }
    // What is looked for first stays first where two begin at one place.
    all.sort_by_key(|mark| mark.bytes.start);
    let mut end = 0;
    all.retain(|mark| {
        let is_free = mark.bytes.start >= end;
        end = if is_free { mark.bytes.end } else { end };
        is_free
    });
    all.truncate(most);
    all
}

#[cfg(test)]
mod tests {
    use super::Sought;
    use crate::codec::expression::{Content, Expression, Vocabulary};
    use crate::codec::represent::{Mark, MarkClass, MarkColor};
    use crate::codec::text::TextEncoding;
    use crate::codec::time::TimeFormat;
    use std::ops::Range;

    fn first_two() -> [MarkClass; 2] {
        [MarkClass::Found, MarkClass::Color(MarkColor::First)]
    }

    fn marks(of: &[(Range<usize>, MarkClass)]) -> Vec<Mark> {
        of.iter().map(|(bytes, class)| Mark { bytes: bytes.clone(), class: *class }).collect()
    }

    #[test]
    fn each_term_has_its_colour_and_places_do_not_overlap() {
        let expression = Expression::parse("温 ab dir:rx", &Vocabulary::default()).unwrap();
        let judge = expression.judge(TextEncoding::UTF_8, &TimeFormat::local());
        let sought = Sought::new(judge.finders());
        let [found, first] = first_two();
        let content = Content::of_message("ab温Abab".as_bytes());
        let all = [(0..2, first), (2..5, found), (5..7, first), (7..9, first)];
        assert_eq!(sought.marks(&content, 9), marks(&all));
        assert_eq!(sought.marks(&content, 2), marks(&all[..2]));
    }
}
