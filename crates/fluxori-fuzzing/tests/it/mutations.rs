//! Inputs made of others, the same ones in every run.

/// What parsers are known to stumble over.
const WORDS: &[&[u8]] = &[
    b"\0",
    b"\n",
    b"\n\n",
    b"\"",
    b"\\u0000",
    b"\xff",
    b"\xc3\xa9",
    b".",
    b"-1",
    b"0",
    b"9223372036854775808",
    b"1e309",
    b"null",
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"%00",
    b"&",
    b"=",
    b"https://",
    b"canary-mutated-1",
];

/// Changes of one input, without an end.
pub(crate) struct Mutations<'a> {
    input: &'a [u8],
    others: &'a [&'a [u8]],
    dice: Dice,
}

impl<'a> Mutations<'a> {
    pub(crate) fn of(input: &'a [u8], others: &'a [&'a [u8]]) -> Self {
        let seed = input.iter().fold(0xcbf2_9ce4_8422_2325, |seed: u64, byte| {
            (seed ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3)
        });
        Self {
            input,
            others,
            dice: Dice(seed | 1),
        }
    }

    fn change(&mut self, input: &mut Vec<u8>) {
        let at = self.dice.below(input.len() + 1);
        let until = (at + self.dice.below(8)).min(input.len());
        match self.dice.below(6) {
            0 if at < input.len() => input[at] ^= 1 << self.dice.below(8),
            1 => drop(input.drain(at..until)),
            2 => input.truncate(at),
            3 => {
                let again = input[at..until].to_vec();
                input.splice(at..at, again);
            }
            4 => {
                let other = self.others[self.dice.below(self.others.len())];
                let from = self.dice.below(other.len() + 1);
                input.splice(at..until, other[from..].iter().copied());
            }
            _ => {
                let word = WORDS[self.dice.below(WORDS.len())];
                input.splice(at..until, word.iter().copied());
            }
        }
    }
}

impl Iterator for Mutations<'_> {
    type Item = Vec<u8>;

    fn next(&mut self) -> Option<Vec<u8>> {
        let mut input = self.input.to_vec();
        for _ in 0..=self.dice.below(3) {
            self.change(&mut input);
        }
        Some(input)
    }
}

/// Marsaglia's xorshift: the same numbers in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % limit.max(1) as u64).unwrap()
    }
}
