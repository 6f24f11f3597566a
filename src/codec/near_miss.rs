//! "Did you mean …?" for words that were mistyped.

/// What follows an error about an unknown word: `; did you mean gbk?`, or nothing when no word is near.
pub(crate) fn hint<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> String {
    told(closest(typed, known))
}

/// The same of a word that was looked for before.
pub(crate) fn told(nearest: Option<&str>) -> String {
    nearest.map_or_else(String::new, |word| format!("; did you mean {word}?"))
}

/// The known word with the fewest letters to change, if they are few.
pub(crate) fn closest<'a>(typed: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let typed: Vec<char> = typed.trim().to_lowercase().chars().collect();
    let most = (typed.len() / 3).max(1) + 1;
    known
        .map(|word| (distance(&typed, &word.chars().collect::<Vec<_>>()), word))
        .filter(|(changes, word)| *changes <= most && *changes < word.len())
        .min_by_key(|(changes, _)| *changes)
        .map(|(_, word)| word)
}

/// How many letters must be inserted, removed, replaced or swapped with their neighbour.
fn distance(from: &[char], to: &[char]) -> usize {
    let mut before = vec![0; to.len() + 1];
    let mut above: Vec<usize> = (0..=to.len()).collect();
    for (row, letter) in from.iter().enumerate() {
        let mut current = vec![row + 1; to.len() + 1];
        for (column, wanted) in to.iter().enumerate() {
            let replaced = above[column] + usize::from(letter != wanted);
            current[column + 1] = replaced.min(above[column + 1] + 1).min(current[column] + 1);
            let swapped = row > 0 && column > 0 && from[row - 1] == *wanted && *letter == to[column - 1];
            if swapped {
                current[column + 1] = current[column + 1].min(before[column - 1] + 1);
            }
        }
        before = std::mem::replace(&mut above, current);
    }
    above[to.len()]
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn a_near_word_is_offered_and_a_far_one_is_not() {
        for (typed, expected) in [
            ("gkb", "; did you mean gbk?"),
            ("utf9", "; did you mean utf-8?"),
            ("GBKK", "; did you mean gbk?"),
            ("klingon", ""),
            ("", ""),
        ] {
            assert_eq!(hint(typed, ["utf-8", "gbk", "gb18030"].into_iter()), expected, "{typed}");
        }
    }
}
