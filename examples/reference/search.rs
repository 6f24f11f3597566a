//! Reading a file in blocks of 1 MiB and looking for bytes in them: what a search that knows no format costs.

use anyhow::{Context, Result};
use memchr::memmem::Finder;
use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::time::Instant;

const BLOCK_BYTES: usize = 1 << 20;

/// Counts a pattern in a file.
pub(crate) fn search(path: &Path, pattern_hex: &str) -> Result<String> {
    let pattern = const_hex::decode(pattern_hex).context("the pattern is hex digits in pairs")?;
    let mut file = File::open(path).with_context(|| format!("cannot open {}", path.display()))?;
    let finder = Finder::new(&pattern);
    // A hit may lie across two blocks: the end of one is kept in front of the next.
    let kept = pattern.len().saturating_sub(1);
    let mut block = vec![0_u8; kept + BLOCK_BYTES];
    let (mut hits, mut bytes, mut filled) = (0_usize, 0_u64, 0_usize);
    let start = Instant::now();
    loop {
        let length = file.read(&mut block[filled..filled + BLOCK_BYTES])?;
        if length == 0 {
            break;
        }
        bytes += length as u64;
        filled += length;
        hits += finder.find_iter(&block[..filled]).count();
        let keep_from = filled - filled.min(kept);
        block.copy_within(keep_from..filled, 0);
        filled -= keep_from;
    }
    let seconds = start.elapsed().as_secs_f64();
    Ok(format!("{{\"bytes\":{bytes},\"hits\":{hits},\"s\":{seconds:.4}}}"))
}
