//! Zstandard, frame after frame.
//!
//! Data before a fault is delivered, and the fault is named in the words used for gzip. A frame that
//! wants a larger window than the decoder's limit is refused by the decoder.

use std::cell::RefCell;
use std::io::Read;
use std::rc::Rc;

use ruzstd::decoding::BlockDecodingStrategy;
use ruzstd::decoding::FrameDecoder;
use ruzstd::decoding::errors::FrameDecoderError;
use ruzstd::decoding::errors::ReadFrameHeaderError;

use crate::base::ledger::ProblemClass;
use crate::decode::container::Pull;
use crate::decode::container::Shared;
use crate::decode::container::fault;

const MAGIC: [u8; 4] = [0x28, 0xb5, 0x2f, 0xfd];
/// A window larger than this is refused: it is memory a header can ask for.
const MOST_WINDOW: u64 = 64 << 20;

/// Whether the bytes begin a frame.
pub(crate) fn is_frame(head: &[u8]) -> bool {
    head.starts_with(&MAGIC)
}

struct Source<P> {
    input: P,
    ended: bool,
}

impl<P: Pull> Read for Source<P> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        let n = self.input.pull(out);
        self.ended |= n == 0 && !out.is_empty();
        Ok(n)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Header,
    Blocks,
    Done,
}

/// The stage.
pub(crate) struct Unzstd<P> {
    source: Source<P>,
    frame: FrameDecoder,
    state: State,
    shared: Rc<RefCell<Shared>>,
}

impl<P: Pull> Unzstd<P> {
    /// Reads frames from `input`.
    pub(crate) fn new(input: P, shared: Rc<RefCell<Shared>>) -> Self {
        let mut frame = FrameDecoder::new();
        frame.set_max_window_size(MOST_WINDOW);
        Self {
            source: Source {
                input,
                ended: false,
            },
            frame,
            state: State::Header,
            shared,
        }
    }

    fn stop(&mut self, class: ProblemClass, detail: &str) {
        fault(&self.shared, class, detail);
        self.state = State::Done;
    }

    /// Stops for damage, or for an end where none should be.
    fn broken(&mut self) {
        // The decoder holds back a window of sound data until a frame ends: an empty last block
        // with a checksum nobody looks at ends it.
        let last: &[u8] = &[1, 0, 0, 0, 0, 0, 0];
        let _ = self.frame.decode_blocks(last, BlockDecodingStrategy::All);
        if self.source.ended {
            self.stop(
                ProblemClass::TruncatedGzip,
                "the compressed data ends in the middle",
            );
        } else {
            self.stop(ProblemClass::GzipCorrupt, "the compressed data is damaged");
        }
    }

    fn begin(&mut self) {
        let mut head = Vec::new();
        if (&mut self.source).take(4).read_to_end(&mut head).is_err() || head.is_empty() {
            self.state = State::Done;
            return;
        }
        let begun = self.frame.init(head.as_slice().chain(&mut self.source));
        match begun {
            Ok(()) => self.state = State::Blocks,
            Err(FrameDecoderError::ReadFrameHeaderError(ReadFrameHeaderError::SkipFrame {
                length,
                ..
            })) => {
                let skipped = &mut (&mut self.source).take(u64::from(length));
                if std::io::copy(skipped, &mut std::io::sink()).is_err() {
                    self.broken();
                }
            }
            Err(_) if !is_frame(&head) => self.stop(
                ProblemClass::GzipTrailing,
                "bytes that are no zstd follow the compressed data",
            ),
            Err(_) => self.broken(),
        }
    }

    fn end_frame(&mut self) {
        let (said, made) = (
            self.frame.get_checksum_from_data(),
            self.frame.get_calculated_checksum(),
        );
        if said.is_some() && said != made {
            fault(
                &self.shared,
                ProblemClass::GzipCorrupt,
                "the checksum does not match the data",
            );
        }
        self.state = State::Header;
    }
}

impl<P: Pull> Pull for Unzstd<P> {
    fn pull(&mut self, out: &mut [u8]) -> usize {
        loop {
            match self.state {
                State::Done => {
                    return self.frame.read(out).unwrap_or_default();
                }
                State::Header => self.begin(),
                State::Blocks => {
                    if self.frame.can_collect() > 0 || self.frame.is_finished() {
                        let n = self.frame.read(out).unwrap_or_default();
                        if n > 0 {
                            return n;
                        }
                    }
                    if self.frame.is_finished() {
                        self.end_frame();
                        continue;
                    }
                    let strategy = BlockDecodingStrategy::UptoBlocks(1);
                    if self
                        .frame
                        .decode_blocks(&mut self.source, strategy)
                        .is_err()
                    {
                        self.broken();
                    }
                }
            }
        }
    }
}
