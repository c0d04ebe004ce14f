//! Streams on several threads: each reads some chunks, seals or opens them and, when it is their
//! turn, writes them.

use std::{
    io::{self, BufRead, Read, Write},
    num::NonZeroUsize,
    sync::{
        Condvar, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    thread,
};

use zeroize::Zeroizing;

use super::{
    super::chunked::{CHUNK_LEN, Message, SEALED_CHUNK_LEN},
    Error, Reader, Writer, chunk,
    header::read_up_to,
};

/// Chunks that a thread takes at once: 256 KiB, some 80 µs of work.
const BATCH: usize = 16;
/// More threads are not used, whatever is asked for.
const MAX_THREADS: usize = 64;

/// Seals all of `from` into the stream that `to` has begun, on so many threads, and finishes it. The
/// bytes are those that one thread writes.
///
/// `from` and the output are each used by one thread at a time. A thread holds 512 KiB; more than 64
/// are not used. After a failure nothing more is read, but a read that is under way is waited for.
/// `WouldBlock` is a failure here.
///
/// # Errors
///
/// The first in the order of the stream: of `from`, of the output, or [`Error::StreamTooLong`].
///
/// # Panics
///
/// If `from` or the output panics.
pub fn encrypt<R, W>(from: R, mut to: Writer<W>, threads: NonZeroUsize) -> io::Result<W>
where
    R: Read + Send,
    W: Write + Send,
{
    to.flush()?;
    let from = to.plain.as_slice().chain(from);
    let job = Job {
        message: &to.message,
        first: to.number,
        chunk_len: CHUNK_LEN,
        apply: chunk::seal,
    };
    run(&job, from, &mut to.out, threads)?;
    to.out.flush()?;
    Ok(to.out)
}

/// Opens all that `from` still has to give and writes it to `to`, on so many threads: verified bytes
/// only, in order, as one thread does. It returns only after the last chunk is verified; after an
/// error, what was written is a part of the plaintext from its beginning on.
///
/// What is said of [`encrypt`] about threads holds here.
///
/// # Errors
///
/// The first in the order of the stream: of the input, of `to`, or what [`Reader`] refuses.
///
/// # Panics
///
/// If the input or `to` panics.
pub fn decrypt<R, W>(mut from: Reader<R>, mut to: W, threads: NonZeroUsize) -> io::Result<W>
where
    R: Read + Send,
    W: Write + Send,
{
    to.write_all(from.fill_buf()?)?;
    let chunks = from.chunks;
    if !chunks.ended {
        let job = Job {
            message: &chunks.message,
            first: chunks.number,
            chunk_len: SEALED_CHUNK_LEN,
            apply: chunk::open,
        };
        let from = chunks.sealed.held().chain(chunks.input);
        run(&job, from, &mut to, threads)?;
    }
    to.flush()?;
    Ok(to)
}

/// Seals or opens the chunk of a number.
type Step = fn(&Message, u64, &[u8], &mut [u8]) -> Result<usize, Error>;

/// What is done to every chunk.
struct Job<'a> {
    message: &'a Message,
    /// The number of the first chunk.
    first: u64,
    /// How long every chunk but the last is before.
    chunk_len: usize,
    /// Gives how long it is afterwards.
    apply: Step,
}

impl Job<'_> {
    fn batch_len(&self) -> usize {
        self.chunk_len.saturating_mul(BATCH)
    }

    /// Does a batch: the length of what is good of it, and why it is not all.
    fn run(&self, batch: u64, from: &[u8], to: &mut [u8]) -> (usize, Option<Error>) {
        let chunks = from.chunks_exact(self.chunk_len);
        let last = (from.len() < self.batch_len()).then_some(chunks.remainder());
        let first = self
            .first
            .saturating_add(batch.saturating_mul(BATCH as u64));
        let mut len: usize = 0;
        for (number, chunk) in (first..).zip(chunks.chain(last)) {
            let to = to.get_mut(len..).unwrap_or_default();
            match (self.apply)(self.message, number, chunk, to) {
                Ok(done) => len = len.saturating_add(done),
                Err(error) => return (len, Some(error)),
            }
        }
        (len, None)
    }
}

struct Line<'a, R, W> {
    job: &'a Job<'a>,
    source: Mutex<Source<R>>,
    sink: Mutex<Sink<W>>,
    /// Somebody's turn has come, or nobody's will.
    turn: Condvar,
    stopped: AtomicBool,
}

struct Source<R> {
    from: R,
    /// How many batches were taken.
    batches: u64,
    ended: bool,
}

struct Sink<W> {
    to: W,
    /// How many batches were written.
    batches: u64,
    failure: Option<io::Error>,
}

fn run<R, W>(job: &Job<'_>, from: R, to: W, threads: NonZeroUsize) -> io::Result<()>
where
    R: Read + Send,
    W: Write + Send,
{
    let line = Line {
        job,
        source: Mutex::new(Source {
            from,
            batches: 0,
            ended: false,
        }),
        sink: Mutex::new(Sink {
            to,
            batches: 0,
            failure: None,
        }),
        turn: Condvar::new(),
        stopped: AtomicBool::new(false),
    };
    thread::scope(|scope| {
        for _ in 1..threads.get().min(MAX_THREADS) {
            // With fewer threads than asked for it takes longer.
            if thread::Builder::new()
                .spawn_scoped(scope, || line.work())
                .is_err()
            {
                break;
            }
        }
        line.work();
    });
    let sink = line
        .sink
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    sink.failure.map_or(Ok(()), Err)
}

impl<R: Read, W: Write> Line<'_, R, W> {
    fn work(&self) {
        let _alarm = Alarm(self);
        let mut from = Zeroizing::new(vec![0; self.job.batch_len()]);
        let mut to = Zeroizing::new(vec![0; BATCH.saturating_mul(SEALED_CHUNK_LEN)]);
        while let Some((batch, read)) = self.take(&mut from) {
            let (len, failure) = match read {
                Ok(len) => {
                    let from = from.get(..len).unwrap_or_default();
                    let (len, error) = self.job.run(batch, from, &mut to);
                    (len, error.map(io::Error::from))
                }
                Err(error) => (0, Some(error)),
            };
            self.give(batch, to.get(..len).unwrap_or_default(), failure);
        }
    }

    /// The next batch, if there is one.
    fn take(&self, into: &mut [u8]) -> Option<(u64, io::Result<usize>)> {
        let mut source = lock(&self.source);
        if source.ended || self.stopped.load(Ordering::Relaxed) {
            return None;
        }
        let batch = source.batches;
        source.batches = batch.saturating_add(1);
        // A panic leaves it ended.
        source.ended = true;
        let read = read_up_to(&mut source.from, into);
        source.ended = !read.as_ref().is_ok_and(|len| *len == into.len());
        Some((batch, read))
    }

    /// Writes what a batch came to, after those before it and only if none of them failed.
    fn give(&self, batch: u64, bytes: &[u8], failure: Option<io::Error>) {
        let mut sink = lock(&self.sink);
        while sink.batches != batch && !self.stopped.load(Ordering::Relaxed) {
            sink = self.turn.wait(sink).unwrap_or_else(PoisonError::into_inner);
        }
        if self.stopped.load(Ordering::Relaxed) {
            return;
        }
        sink.failure = sink.to.write_all(bytes).err().or(failure);
        sink.batches = batch.saturating_add(1);
        if sink.failure.is_some() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        self.turn.notify_all();
    }
}

/// Stops the others when a thread panics: they would wait for its turn for ever.
struct Alarm<'a, 'b, R, W>(&'a Line<'b, R, W>);

impl<R, W> Drop for Alarm<'_, '_, R, W> {
    fn drop(&mut self) {
        if thread::panicking() {
            let _sink = lock(&self.0.sink);
            self.0.stopped.store(true, Ordering::Relaxed);
            self.0.turn.notify_all();
        }
    }
}

/// A thread that panicked stops the others by its [`Alarm`].
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
