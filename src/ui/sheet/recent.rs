//! Records that were just read whole: whoever makes rows reads each record a second time, for the row that goes on
//! where it stopped. It must not know how a row is made.

use crate::journal::{JournalError, JournalReader};
use crate::model::ids::RecordId;
use crate::model::record::{Body, Record};
use std::collections::VecDeque;

/// Rows are made upwards as well as downwards, with a few streams between each other.
const KEPT_RECORDS: usize = 4;

/// Longer records are read again: what is kept shall stay small.
const KEPT_BYTES: usize = 1 << 20;

/// The last few records, and the memory of one that was given up.
#[derive(Debug, Default)]
pub(super) struct RecentRecords {
    records: VecDeque<Record>,
    spare: Vec<u8>,
}

impl RecentRecords {
    /// A record, which the caller may give back; `None` if there is no such row yet.
    pub(super) fn take(
        &mut self,
        reader: &JournalReader,
        id: RecordId,
    ) -> Result<Option<Record>, JournalError> {
        match self.records.iter().position(|record| record.id == id) {
            Some(place) => Ok(self.records.remove(place)),
            None => reader.record_in(id, std::mem::take(&mut self.spare)),
        }
    }

    /// Takes a record back.
    pub(super) fn keep(&mut self, record: Record) {
        if record.data().is_some_and(|data| data.bytes.capacity() > KEPT_BYTES) {
            return;
        }
        self.records.push_back(record);
        if self.records.len() > KEPT_RECORDS
            && let Some(Record { body: Body::Data(oldest), .. }) = self.records.pop_front()
        {
            self.spare = oldest.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{KEPT_RECORDS, RecentRecords};
    use crate::journal::{JournalInfo, JournalWriter};
    use crate::model::ids::{Epoch, PeerId, RecordId};
    use crate::model::record::DataHead;
    use crate::util::clock::Stamp;

    #[test]
    fn records_come_whole_whether_they_were_kept_or_not() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("recent.skj");
        let mut writer = JournalWriter::create(&path, &JournalInfo::default()).unwrap();
        // Each length of its own, so that bytes left in memory that is used again would show.
        let payload = |id: u8| vec![id; (37 * (usize::from(id) + 3)) % 101];
        for id in 0..20 {
            let stamp = Stamp::default();
            writer.append_data(stamp, Epoch(1), Some(PeerId::FIRST), &DataHead::received(), &payload(id));
        }
        writer.publish().unwrap();
        let reader = writer.reader();
        let mut recent = RecentRecords::default();
        for id in (0..20).rev().chain(0..20).chain([3, 3, 4, 3]) {
            let record = recent.take(&reader, RecordId(id.into())).unwrap().unwrap();
            assert_eq!(record.data().unwrap().bytes, payload(id), "{id}");
            recent.keep(record);
            assert!(recent.records.len() <= KEPT_RECORDS);
        }
        assert_eq!(recent.take(&reader, RecordId(20)).unwrap(), None);
    }
}
