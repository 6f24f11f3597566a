//! What runs on other people's machines to build and release this is named so that nobody can exchange it.

use super::source::{Finding, SourceFile};

/// Steps that use a foreign action by a name that may mean something else tomorrow.
pub(super) fn unpinned_actions(file: &SourceFile) -> Vec<Finding> {
    if !file.path.starts_with(".github/workflows/") {
        return Vec::new();
    }
    let is_commit = |name: &str| name.len() == 40 && name.chars().all(|digit| digit.is_ascii_hexdigit());
    let mut found = Vec::new();
    for (number, line) in file.text.lines().enumerate() {
        let Some(action) = line.trim().trim_start_matches("- ").strip_prefix("uses: ") else { continue };
        let (pin, version) = action.split_once(" # ").unwrap_or((action, ""));
        let is_ours = pin.starts_with("./");
        let is_pinned = pin.split_once('@').is_some_and(|(_, commit)| is_commit(commit));
        if !(is_ours || is_pinned && version.starts_with('v')) {
            let message = format!("`{action}` must name a commit, and its version behind a `#`");
            found.push(Finding::new(file, number + 1, message));
        }
    }
    found
}

mod tests {
    use super::unpinned_actions;
    use crate::tidy::source::SourceFile;

    #[test]
    fn actions_without_a_commit_are_found() {
        let commit = "0123456789abcdef0123456789abcdef01234567";
        for (path, line, count) in [
            (".github/workflows/a.yml", format!("  - uses: a/b@{commit} # v4.2.2"), 0),
            (".github/workflows/a.yml", format!("    uses: a/b@{commit}"), 1),
            (".github/workflows/a.yml", "  - uses: a/b@v4 # v4".to_owned(), 1),
            (".github/workflows/a.yml", "  - uses: ./ours".to_owned(), 0),
            ("README.md", "  - uses: a/b@v4".to_owned(), 0),
        ] {
            assert_eq!(unpinned_actions(&SourceFile::new(path, &line)).len(), count, "{line}");
        }
    }
}
