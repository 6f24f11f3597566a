//! Messages that have not ended stand behind those that have, so that each one that ends meanwhile moves them. What a person
//! has selected or marked there stays with its row, which is told by where it begins. It must not know how rows are drawn.

use crate::codec::framing::Place;
use crate::model::ids::RowKey;
use crate::ui::log::LogRows;
use crate::ui::sheet::{Rows, Sheet};

/// So many rows are gone through to find one that has moved; behind more than that it is let go.
const MOST_ROWS: u64 = 512;

/// The rows that a sheet knows by their keys and that have not ended, with where each begins.
#[derive(Debug)]
pub(super) struct Unfinished {
    first: RowKey,
    rows: Vec<(RowKey, Place)>,
}

impl Unfinished {
    /// Those that there are before anything else is taken in.
    pub(super) fn of(sheet: &Sheet, rows: &mut LogRows) -> Unfinished {
        let first = rows.first_unfinished();
        let named = sheet.named_rows().into_iter().filter(|key| *key >= first);
        // A row that cannot be read says so where it stands.
        let begins = named.filter_map(|key| Some((key, begin_of(rows, key)?)));
        Unfinished { first, rows: begins.collect() }
    }

    /// Whether a row is one of them.
    pub(super) fn has(&self, key: RowKey) -> bool {
        self.rows.iter().any(|(unfinished, _)| *unfinished == key)
    }

    /// The sheet calls them by the keys that they have now; tells whether one of them has another one.
    pub(super) fn follow(&self, sheet: &mut Sheet, rows: &mut LogRows) -> bool {
        let found = |(key, begin): &(RowKey, Place)| (*key, find(rows, *key, *begin));
        let now: Vec<(RowKey, Option<RowKey>)> = self.rows.iter().map(found).collect();
        let have_moved = now.iter().any(|(key, now)| *now != Some(*key));
        if have_moved {
            let new_key =
                |key| now.iter().find(|(before, _)| *before == key).map_or(Some(key), |(_, now)| *now);
            sheet.follow_moved(self.first, &new_key);
        }
        have_moved
    }
}

fn begin_of(rows: &mut LogRows, key: RowKey) -> Option<Place> {
    rows.row(key).ok().flatten().map(|row| row.begins())
}

/// What a row is called now: as before, or by a greater key. It is looked for among those that have not ended first.
fn find(rows: &mut LogRows, before: RowKey, begin: Place) -> Option<RowKey> {
    if begin_of(rows, before) == Some(begin) {
        return Some(before);
    }
    let next = before.0.saturating_add(1);
    let unfinished = rows.first_unfinished().0.max(next);
    let end = rows.next_key().0.min(unfinished.saturating_add(MOST_ROWS));
    let ended = next..unfinished.min(next.saturating_add(MOST_ROWS));
    (unfinished..end).chain(ended).map(RowKey).find(|key| begin_of(rows, *key) == Some(begin))
}

#[cfg(test)]
mod tests {
    use crate::codec::text::TextEncoding;
    use crate::model::framing::Framing;
    use crate::model::ids::RowKey;
    use crate::model::record::{DataHead, Origin};
    use crate::ui::sheet::Part;
    use crate::ui::tab::tests::LogBench;

    #[test]
    fn a_part_of_a_prompt_stays_with_it_when_other_lines_end_before_it() {
        let mut bench = LogBench::new(TextEncoding::UTF_8);
        let say = |bench: &mut LogBench, head: DataHead, bytes: &[u8]| {
            bench.say(head, bytes);
            bench.frame(bench.options(), &Framing::Lines);
            let log = &bench.log;
            let part = log.sheet.part().map(|part| (part.row.0, part.bytes()));
            (part, log.sheet.marked(), log.inspector.bytes().to_vec(), log.inspector.picked.bytes())
        };
        let (received, sent) = (DataHead::received(), DataHead::sent(Origin::File));
        say(&mut bench, received, b"up\r\nroot@board:~# ");
        bench.log.sheet.select_part(RowKey(1), &(5..10));
        if let Some(rows) = &mut bench.log.rows {
            bench.log.sheet.set_marked(Some(RowKey(1)), rows);
        }
        let (prompt, part) = (b"root@board:~# ".to_vec(), 5..10);
        let moved_to = |row, bytes| (Some((row, part.clone())), Some(RowKey(row)), bytes, part.clone());
        assert_eq!(
            say(&mut bench, sent, b"l"),
            moved_to(1, prompt.clone()),
            "what is typed stands behind it"
        );
        assert_eq!(say(&mut bench, sent, b"s\n"), moved_to(2, prompt.clone()), "a line has ended before it");
        assert_eq!(say(&mut bench, sent, b"a\nb\n"), moved_to(4, prompt));
        assert_eq!(say(&mut bench, received, b"ls\n$ "), moved_to(4, b"root@board:~# ls\n".to_vec()));
        assert_eq!(
            say(&mut bench, sent, b"c\n"),
            moved_to(4, b"root@board:~# ls\n".to_vec()),
            "it has ended"
        );
        let copied = bench.act(|log, cx| log.part_bytes(Part::new(RowKey(4), &part), cx));
        assert_eq!(copied.as_deref(), Some(&b"board"[..]));
    }
}
