//! Parquet, as Security Lake and Athena write it: rows become lines of JSON, which are then read as any.
//!
//! A row of a trail's own columns becomes a record in the spelling of records; a row of another schema
//! stays what it is, for `mapped.rs` to know. Columns without a value are left out, for Parquet cannot
//! tell an absent value from `null`. One row group is held at a time, as it is in the file.
//!
//! The crate that reads Parquet panics on some damage; that is guarded here and named as damage.

use std::io;
use std::io::Read;
use std::io::SeekFrom;
use std::ops::Range;
use std::sync::Arc;

use bytes::Buf;
use bytes::Bytes;
use parquet::errors::ParquetError;
use parquet::file::metadata::ParquetMetaData;
use parquet::file::metadata::ParquetMetaDataReader;
use parquet::file::metadata::RowGroupMetaData;
use parquet::file::metadata::page_index::RowGroupPageIndex;
use parquet::file::properties::ReaderProperties;
use parquet::file::reader::ChunkReader;
use parquet::file::reader::Length;
use parquet::file::serialized_reader::SerializedRowGroupReader;
use parquet::record::Field;
use parquet::record::Row;
use parquet::record::reader::RowIter;

use crate::base::guard::guarded;
use crate::base::time::UtcMicros;
use crate::decode::archive::ReadSeek;
use crate::decode::sheet;
use crate::event::json::Node;

/// The footer's length and the word behind it.
const TAIL: u64 = 8;
/// The most that is held of a row group or of a footer, in bytes.
const MOST: u64 = 128 << 20;

/// What the footer of a file says.
pub(crate) struct Parquet(ParquetMetaData);

impl Parquet {
    /// Reads the footer.
    ///
    /// # Errors
    /// There is none, or it is damaged.
    pub(crate) fn open(input: &mut dyn ReadSeek) -> io::Result<Self> {
        let cut = |what: &str| io::Error::new(io::ErrorKind::UnexpectedEof, what.to_owned());
        let len = input.seek(SeekFrom::End(0))?;
        let tail = len
            .checked_sub(TAIL)
            .ok_or_else(|| cut("it has no footer"))?;
        let bytes = part(input, tail..len)?;
        let (size, magic) = bytes.split_at(4);
        if magic != b"PAR1" {
            return Err(cut("it has no footer, as if its end were missing"));
        }
        let size = size.try_into().map_or(0, u32::from_le_bytes);
        let start = tail.checked_sub(u64::from(size));
        let start = start.ok_or_else(|| cut("its footer is longer than the file"))?;
        let footer = part(input, start..tail)?;
        let read = || ParquetMetaDataReader::decode_metadata(&footer);
        let read = guarded(read).ok_or_else(|| io::Error::other("its footer is damaged"))?;
        read.map(Self).map_err(damaged)
    }

    /// How many row groups there are.
    pub(crate) fn groups(&self) -> u32 {
        self.0.num_row_groups() as u32
    }

    /// Calls `read` with the rows of a group as lines of JSON, and with about how many bytes they are.
    ///
    /// # Errors
    /// The group cannot be read at all. Damage further inside is an error of the reader.
    pub(crate) fn rows<T>(
        &self,
        input: &mut dyn ReadSeek,
        number: u32,
        read: impl FnOnce(&mut dyn Read, u64) -> io::Result<T>,
    ) -> io::Result<T> {
        let group = self.0.row_groups().get(number as usize);
        let group = group.ok_or(io::ErrorKind::NotFound)?;
        let range = range_of(group)?;
        let held = Held {
            start: range.start,
            bytes: part(input, range)?,
        };
        let properties = Arc::new(ReaderProperties::builder().build());
        let index = RowGroupPageIndex::new(number as usize, None);
        let reader = SerializedRowGroupReader::new(Arc::new(held), group, index, properties);
        let reader = reader.map_err(damaged)?;
        let rows = guarded(|| RowIter::from_row_group(None, &reader));
        let rows = rows.ok_or_else(|| io::Error::other("the row group is damaged"))?;
        let mut rows = Lines {
            rows: rows.map_err(damaged)?,
            of: group.num_rows(),
            number: 0,
            line: Vec::new(),
            at: 0,
        };
        let size = group.total_byte_size().max(0) as u64;
        read(&mut rows, size)
    }
}

fn damaged(error: ParquetError) -> io::Error {
    io::Error::other(format!("damaged Parquet: {error}"))
}

/// The bytes of a part of the file.
fn part(input: &mut dyn ReadSeek, range: Range<u64>) -> io::Result<Bytes> {
    let len = range.end.saturating_sub(range.start);
    if len > MOST {
        let what = format!("a row group of {} MiB is too large to be held", len >> 20);
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, what));
    }
    input.seek(SeekFrom::Start(range.start))?;
    let mut bytes = Vec::new();
    input.take(len).read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < len {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    Ok(bytes.into())
}

/// Where the columns of a group stand.
fn range_of(group: &RowGroupMetaData) -> io::Result<Range<u64>> {
    let mut range: Option<Range<u64>> = None;
    for column in group.columns() {
        let first = column.dictionary_page_offset().unwrap_or(i64::MAX);
        let start = u64::try_from(first.min(column.data_page_offset()));
        let len = u64::try_from(column.compressed_size());
        let (Ok(start), Ok(len)) = (start, len) else {
            return Err(io::Error::other("damaged Parquet: a column is nowhere"));
        };
        let end = start.saturating_add(len);
        range = Some(range.map_or(start..end, |r| r.start.min(start)..r.end.max(end)));
    }
    Ok(range.unwrap_or_default())
}

/// The bytes of one row group.
struct Held {
    start: u64,
    bytes: Bytes,
}

impl Held {
    fn from(&self, start: u64, len: Option<usize>) -> Result<Bytes, ParquetError> {
        let outside = || ParquetError::EOF("a column reaches outside its row group".to_owned());
        let from = start.checked_sub(self.start).ok_or_else(outside)?;
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        let end = len.map_or(Some(self.bytes.len()), |len| from.checked_add(len));
        let end = end.filter(|end| *end <= self.bytes.len() && from <= *end);
        Ok(self.bytes.slice(from..end.ok_or_else(outside)?))
    }
}

impl Length for Held {
    fn len(&self) -> u64 {
        self.start + self.bytes.len() as u64
    }
}

impl ChunkReader for Held {
    type T = bytes::buf::Reader<Bytes>;

    fn get_read(&self, start: u64) -> Result<Self::T, ParquetError> {
        Ok(self.from(start, None)?.reader())
    }

    fn get_bytes(&self, start: u64, length: usize) -> Result<Bytes, ParquetError> {
        self.from(start, Some(length))
    }
}

/// Rows, each a line of JSON.
struct Lines<'g> {
    rows: RowIter<'g>,
    of: i64,
    number: i64,
    line: Vec<u8>,
    at: usize,
}

impl Read for Lines<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if self.at == self.line.len() {
            self.number += 1;
            let (number, of) = (self.number, self.of);
            let fault = |why: String| {
                io::Error::other(format!("row {number} of {of} and those after it: {why}"))
            };
            let row = match guarded(|| self.rows.next()) {
                Some(None) => return Ok(0),
                Some(Some(row)) => row.map_err(|e| fault(e.to_string()))?,
                None => return Err(fault("damaged".to_owned())),
            };
            self.line = sheet::record_of(object(&row)).to_compact().into_bytes();
            self.line.push(b'\n');
            self.at = 0;
        }
        let rest = self.line.get(self.at..).unwrap_or_default();
        let n = rest.len().min(out.len());
        if let (Some(to), Some(from)) = (out.get_mut(..n), rest.get(..n)) {
            to.copy_from_slice(from);
        }
        self.at += n;
        Ok(n)
    }
}

/// The object of a row, without what is absent.
fn object(row: &Row) -> Node {
    let pairs = row.get_column_iter();
    Node::Object(
        pairs
            .filter(|(_, value)| **value != Field::Null)
            .map(|(key, value)| (key.clone(), node(value)))
            .collect(),
    )
}

/// A value of a row.
fn node(field: &Field) -> Node {
    let time = |micros: i64| Node::Text(UtcMicros(micros).iso());
    let float = |value: f64| {
        if value.is_finite() {
            Node::Number(value.to_string())
        } else {
            Node::Text(value.to_string())
        }
    };
    match field {
        Field::Null => Node::Null,
        Field::Bool(value) => Node::Bool(*value),
        Field::Byte(value) => Node::Number(value.to_string()),
        Field::Short(value) => Node::Number(value.to_string()),
        Field::Int(value) => Node::Number(value.to_string()),
        Field::Long(value) => Node::Number(value.to_string()),
        Field::UByte(value) => Node::Number(value.to_string()),
        Field::UShort(value) => Node::Number(value.to_string()),
        Field::UInt(value) => Node::Number(value.to_string()),
        Field::ULong(value) => Node::Number(value.to_string()),
        Field::Float(value) => float(f64::from(*value)),
        Field::Double(value) => float(*value),
        Field::Str(text) => Node::Text(text.clone()),
        Field::Bytes(bytes) => match std::str::from_utf8(bytes.data()) {
            Ok(text) => Node::Text(text.to_owned()),
            Err(_) => Node::Text(hexadecimal(bytes.data())),
        },
        Field::TimestampMillis(millis) => time(millis.saturating_mul(1000)),
        Field::TimestampMicros(micros) => time(*micros),
        Field::Group(row) => object(row),
        Field::ListInternal(list) => Node::Array(list.elements().iter().map(node).collect()),
        Field::MapInternal(map) => Node::Object(
            map.entries()
                .iter()
                .filter(|(_, value)| *value != Field::Null)
                .map(|(key, value)| (word(key), node(value)))
                .collect(),
        ),
        // Days, times of day and decimals, of which no schema of trails has any.
        other => Node::Text(other.to_string()),
    }
}

/// A key of a map.
fn word(key: &Field) -> String {
    match node(key) {
        Node::Text(text) | Node::Number(text) => text,
        other => other.to_compact(),
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold("0x".to_owned(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
