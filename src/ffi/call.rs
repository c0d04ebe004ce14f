//! One call from C: what its pointers stand for, what it is answered, and that no panic leaves it.
//! The unsafe code of this crate is here.

use core::{ffi::c_char, marker::PhantomData, mem::MaybeUninit, ptr, slice, str};
use std::panic::{self, AssertUnwindSafe};

use zeroize::Zeroizing;

use super::status::{Denial, PORTCULLIS_YES, Status};

/// The version of the binary interface that this header describes. It changes whenever a function,
/// a structure or the size of a buffer does.
pub const PORTCULLIS_ABI_VERSION: u32 = 1;

/// The version of the binary interface of the library that is linked, to be compared with
/// PORTCULLIS_ABI_VERSION before anything else is called.
#[unsafe(no_mangle)]
#[must_use]
pub extern "C" fn portcullis_abi_version() -> u32 {
    PORTCULLIS_ABI_VERSION
}

/// The right to look at the caller's memory, for as long as the call lasts.
///
/// INVARIANT: only [`guard`] makes one, only exported functions (and tests) call [`guard`], and they
/// pass on the pointers and lengths that they were called with. So while a `Call` is borrowed, C is waiting, and
/// has promised what the header asks for: that an input pointer has as many readable items behind
/// it as its length says, that an output has as many writable bytes, and that nobody else changes
/// them.
pub(super) struct Call(());

/// Runs the body of one exported function. Whatever goes wrong in it is a status that denies.
///
/// Nothing can be left half changed by a panic: handles are read only, and outputs are written after
/// everything has been decided.
pub(super) fn guard(body: impl FnOnce(&Call) -> Result<(), Denial>) -> Status {
    match panic::catch_unwind(AssertUnwindSafe(|| body(&Call(())))) {
        Ok(Ok(())) => PORTCULLIS_YES,
        Ok(Err(denial)) => denial.status(),
        Err(_) => Denial::Panic.status(),
    }
}

impl Call {
    /// The items behind a pointer; none behind null with length 0.
    pub(super) fn optional<T: Plain>(
        &self,
        data: *const T,
        len: usize,
    ) -> Result<Option<&[T]>, Denial> {
        if data.is_null() && len == 0 {
            return Ok(None);
        }
        let fits = len
            .checked_mul(size_of::<T>())
            .is_some_and(|size| isize::try_from(size).is_ok());
        if data.is_null() || !data.is_aligned() || !fits {
            return Err(Denial::InvalidArgument);
        }
        // SAFETY: not null, aligned and below isize::MAX bytes, as was just checked; readable and
        // unchanged for as long as this call lasts, by the invariant of `Call`. The slice borrows
        // from `self` and so ends before the call does. Any bytes are a `T`, as `Plain` says.
        Ok(Some(unsafe { slice::from_raw_parts(data, len) }))
    }

    /// The items behind a pointer; null with length 0 is an empty list.
    pub(super) fn items<T: Plain>(&self, data: *const T, len: usize) -> Result<&[T], Denial> {
        self.optional(data, len).map(Option::unwrap_or_default)
    }

    /// Text, which must be UTF-8.
    pub(super) fn text(&self, data: *const c_char, len: usize) -> Result<&str, Denial> {
        let bytes = self.items(data.cast::<u8>(), len)?;
        str::from_utf8(bytes).map_err(|_| Denial::InvalidArgument)
    }

    /// The words of a list.
    pub(super) fn texts(&self, data: *const Text, count: usize) -> Result<Vec<&str>, Denial> {
        let texts = self.items(data, count)?.iter();
        texts.map(|text| self.text(text.data, text.len)).collect()
    }

    /// A buffer of `size` bytes. Null with size 0 asks for the length.
    pub(super) fn buffer<'call>(
        &'call self,
        data: *mut u8,
        size: usize,
        len: Option<&'call mut MaybeUninit<usize>>,
    ) -> Result<Buffer<'call>, Denial> {
        let len = required(len)?;
        if data.is_null() && size > 0 {
            return Err(Denial::InvalidArgument);
        }
        let out = Output::new(data, size);
        Ok(Buffer { out, len })
    }

    /// An array for text of `N - 1` bytes at most.
    pub(super) fn array<const N: usize>(
        &self,
        data: *mut [c_char; N],
    ) -> Result<TextArray<'_, N>, Denial> {
        if data.is_null() {
            return Err(Denial::InvalidArgument);
        }
        Ok(TextArray(Output::new(data.cast(), N)))
    }

    /// An array for `N` bytes.
    pub(super) fn bytes<const N: usize>(
        &self,
        data: *mut [u8; N],
    ) -> Result<ByteArray<'_, N>, Denial> {
        if data.is_null() {
            return Err(Denial::InvalidArgument);
        }
        Ok(ByteArray(Output::new(data.cast(), N)))
    }
}

/// Text: `len` bytes of UTF-8 at `data`, without a NUL at the end.
#[derive(Debug)]
#[repr(C)]
pub struct Text {
    /// May be null when `len` is 0.
    pub data: *const c_char,
    /// In bytes.
    pub len: usize,
}

/// What may lie behind a pointer from C.
///
/// # Safety
///
/// Any bytes at all are a value of the type.
pub(super) unsafe trait Plain {}

// SAFETY: a byte is.
unsafe impl Plain for u8 {}

// SAFETY: so is a pointer that nobody follows unasked, and so is a number.
unsafe impl Plain for Text {}

/// Memory of the caller's that an answer goes to. It is a pointer and not a reference, because it
/// may be where an input was.
struct Output<'call> {
    data: *mut u8,
    size: usize,
    call: PhantomData<&'call mut [u8]>,
}

impl Output<'_> {
    fn new(data: *mut u8, size: usize) -> Self {
        let call = PhantomData;
        Self { data, size, call }
    }

    fn write(&self, bytes: &[u8]) -> Result<(), Denial> {
        if bytes.len() > self.size {
            return Err(Denial::ShortBuffer);
        }
        if !bytes.is_empty() {
            // SAFETY: `bytes` is not empty, so `size` is not 0 and `data` not null, as `buffer`,
            // `array` and `bytes` have checked; `size` bytes are writable by the invariant of `Call`, and no
            // more than that are written. What is written is the library's own memory and cannot
            // overlap with the caller's.
            unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), self.data, bytes.len()) }
        }
        Ok(())
    }
}

/// Bytes whose number the caller is told.
pub(super) struct Buffer<'call> {
    out: Output<'call>,
    len: &'call mut MaybeUninit<usize>,
}

impl Buffer<'_> {
    /// Says how many bytes there are, and writes them if they fit.
    pub(super) fn write(self, bytes: &[u8]) -> Result<(), Denial> {
        self.len.write(bytes.len());
        self.out.write(bytes)
    }
}

/// Bytes, all of an array.
pub(super) struct ByteArray<'call, const N: usize>(Output<'call>);

impl<const N: usize> ByteArray<'_, N> {
    pub(super) fn write(self, bytes: &[u8; N]) -> Result<(), Denial> {
        self.0.write(bytes)
    }
}

/// Text in an array, with a NUL at its end and nothing but NULs behind it: whoever stores the whole
/// array stores nothing that they did not mean to.
pub(super) struct TextArray<'call, const N: usize>(Output<'call>);

impl<const N: usize> TextArray<'_, N> {
    pub(super) fn write(self, text: &str) -> Result<(), Denial> {
        let mut bytes = Zeroizing::new([0; N]);
        let (place, nuls) = bytes
            .split_at_mut_checked(text.len())
            .ok_or(Denial::ShortBuffer)?;
        if nuls.is_empty() {
            return Err(Denial::ShortBuffer);
        }
        place.copy_from_slice(text.as_bytes());
        self.0.write(&*bytes)
    }
}

/// What the caller must not leave out.
pub(super) fn required<T>(argument: Option<T>) -> Result<T, Denial> {
    argument.ok_or(Denial::InvalidArgument)
}

/// Makes a handle. Its place holds null unless the answer is yes.
pub(super) fn create<T>(
    out: Option<&mut MaybeUninit<Option<Box<T>>>>,
    make: impl FnOnce() -> Result<T, Denial>,
) -> Result<(), Denial> {
    let place = required(out)?.write(None);
    *place = Some(Box::new(make()?));
    Ok(())
}

/// Tells the caller something, if they asked for it.
pub(super) fn tell<T>(out: Option<&mut MaybeUninit<T>>, value: T) {
    if let Some(out) = out {
        out.write(value);
    }
}

#[cfg(test)]
mod tests {
    use super::{super::status::PORTCULLIS_PANIC, *};

    /// FF-01
    #[test]
    fn a_panic_is_a_status_that_denies() {
        let status = guard(|_| panic!("a defect"));
        assert_eq!(status, PORTCULLIS_PANIC);
    }

    /// FF-01: a caller who frees whatever the place holds frees nothing that is not theirs.
    #[test]
    fn the_place_of_a_handle_is_null_after_a_panic() {
        let mut place: MaybeUninit<Option<Box<u8>>> = MaybeUninit::uninit();
        let status = guard(|_| create(Some(&mut place), || panic!("a defect")));
        assert_eq!(status, PORTCULLIS_PANIC);
        // SAFETY: `create` writes to the place before anything else.
        assert_eq!(unsafe { place.assume_init() }, None);
    }
}
