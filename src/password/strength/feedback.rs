//! What zxcvbn says of a password, with names that stay.

use core::fmt;

use zxcvbn::feedback::{self, Suggestion};

/// What makes a password easy to guess. `Display` says it in English.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Warning {
    /// Keys in one straight row.
    StraightRow,
    /// A short walk over the keyboard.
    KeyboardPattern,
    /// One character again and again.
    RepeatedCharacter,
    /// The same characters again and again.
    RepeatedPart,
    /// One of the ten most common passwords.
    TopTen,
    /// One of the hundred most common passwords.
    TopHundred,
    /// A common password.
    CommonPassword,
    /// Similar to a common password.
    SimilarToCommonPassword,
    /// Characters in their order.
    Sequence,
    /// A recent year.
    RecentYear,
    /// A word by itself.
    SingleWord,
    /// A date.
    Date,
    /// A name by itself.
    SingleName,
    /// Common names.
    CommonName,
}

impl Warning {
    /// A name for programs and translations, which never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::StraightRow => "straight_row",
            Self::KeyboardPattern => "keyboard_pattern",
            Self::RepeatedCharacter => "repeated_character",
            Self::RepeatedPart => "repeated_part",
            Self::TopTen => "top_10",
            Self::TopHundred => "top_100",
            Self::CommonPassword => "common_password",
            Self::SimilarToCommonPassword => "similar_to_common_password",
            Self::Sequence => "sequence",
            Self::RecentYear => "recent_year",
            Self::SingleWord => "single_word",
            Self::Date => "date",
            Self::SingleName => "single_name",
            Self::CommonName => "common_name",
        }
    }

    pub(super) const fn of(found: feedback::Warning) -> Self {
        match found {
            feedback::Warning::StraightRowsOfKeysAreEasyToGuess => Self::StraightRow,
            feedback::Warning::ShortKeyboardPatternsAreEasyToGuess => Self::KeyboardPattern,
            feedback::Warning::RepeatsLikeAaaAreEasyToGuess => Self::RepeatedCharacter,
            feedback::Warning::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Self::RepeatedPart,
            feedback::Warning::ThisIsATop10Password => Self::TopTen,
            feedback::Warning::ThisIsATop100Password => Self::TopHundred,
            feedback::Warning::ThisIsACommonPassword => Self::CommonPassword,
            feedback::Warning::ThisIsSimilarToACommonlyUsedPassword => {
                Self::SimilarToCommonPassword
            }
            feedback::Warning::SequencesLikeAbcAreEasyToGuess => Self::Sequence,
            feedback::Warning::RecentYearsAreEasyToGuess => Self::RecentYear,
            feedback::Warning::AWordByItselfIsEasyToGuess => Self::SingleWord,
            feedback::Warning::DatesAreOftenEasyToGuess => Self::Date,
            feedback::Warning::NamesAndSurnamesByThemselvesAreEasyToGuess => Self::SingleName,
            feedback::Warning::CommonNamesAndSurnamesAreEasyToGuess => Self::CommonName,
        }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::StraightRow => "a straight row of keys is easy to guess",
            Self::KeyboardPattern => "a short pattern on the keyboard is easy to guess",
            Self::RepeatedCharacter => "repeats like \"aaa\" are easy to guess",
            Self::RepeatedPart => {
                "repeats like \"abcabcabc\" are hardly harder to guess than \"abc\""
            }
            Self::TopTen => "this is one of the ten most common passwords",
            Self::TopHundred => "this is one of the hundred most common passwords",
            Self::CommonPassword => "this is a common password",
            Self::SimilarToCommonPassword => "this is similar to a common password",
            Self::Sequence => "sequences like abc or 6543 are easy to guess",
            Self::RecentYear => "recent years are easy to guess",
            Self::SingleWord => "a word by itself is easy to guess",
            Self::Date => "dates are often easy to guess",
            Self::SingleName => "a name by itself is easy to guess",
            Self::CommonName => "common names are easy to guess",
        })
    }
}

/// What would make a password harder to guess, or hardly does. `Display` says it in English.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Advice {
    /// A few words, but no common phrase.
    FewWords,
    /// Length is worth more than symbols, digits and upper-case letters.
    NoSymbolsNeeded,
    /// Another word or two.
    AnotherWord,
    /// A capital at the beginning hardly helps. zxcvbn 3.1 says it of upper case throughout too.
    Capitals,
    /// Upper case throughout hardly helps.
    AllUpperCase,
    /// Words written backwards hardly help.
    Reversed,
    /// Leet hardly helps.
    Substitutions,
    /// A longer walk over the keyboard, with more turns.
    LongerPattern,
    /// No repeated words and characters.
    NoRepeats,
    /// No characters in their order.
    NoSequences,
    /// No recent years.
    NoRecentYears,
    /// No years that have to do with the person.
    NoOwnYears,
    /// No dates that have to do with the person.
    NoOwnDates,
}

impl Advice {
    /// A name for programs and translations, which never changes.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::FewWords => "few_words",
            Self::NoSymbolsNeeded => "no_symbols_needed",
            Self::AnotherWord => "another_word",
            Self::Capitals => "capitals",
            Self::AllUpperCase => "all_upper_case",
            Self::Reversed => "reversed",
            Self::Substitutions => "substitutions",
            Self::LongerPattern => "longer_pattern",
            Self::NoRepeats => "no_repeats",
            Self::NoSequences => "no_sequences",
            Self::NoRecentYears => "no_recent_years",
            Self::NoOwnYears => "no_own_years",
            Self::NoOwnDates => "no_own_dates",
        }
    }

    pub(super) const fn of(found: Suggestion) -> Self {
        match found {
            Suggestion::UseAFewWordsAvoidCommonPhrases => Self::FewWords,
            Suggestion::NoNeedForSymbolsDigitsOrUppercaseLetters => Self::NoSymbolsNeeded,
            Suggestion::AddAnotherWordOrTwo => Self::AnotherWord,
            Suggestion::CapitalizationDoesntHelpVeryMuch => Self::Capitals,
            Suggestion::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => Self::AllUpperCase,
            Suggestion::ReversedWordsArentMuchHarderToGuess => Self::Reversed,
            Suggestion::PredictableSubstitutionsDontHelpVeryMuch => Self::Substitutions,
            Suggestion::UseALongerKeyboardPatternWithMoreTurns => Self::LongerPattern,
            Suggestion::AvoidRepeatedWordsAndCharacters => Self::NoRepeats,
            Suggestion::AvoidSequences => Self::NoSequences,
            Suggestion::AvoidRecentYears => Self::NoRecentYears,
            Suggestion::AvoidYearsThatAreAssociatedWithYou => Self::NoOwnYears,
            Suggestion::AvoidDatesAndYearsThatAreAssociatedWithYou => Self::NoOwnDates,
        }
    }
}

impl fmt::Display for Advice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::FewWords => "use a few words, but no common phrase",
            Self::NoSymbolsNeeded => "symbols, digits and upper-case letters are not needed",
            Self::AnotherWord => "add another word or two, uncommon ones are better",
            Self::Capitals => "a capital at the beginning does not help much",
            Self::AllUpperCase => "all upper case is almost as easy to guess as all lower case",
            Self::Reversed => "words written backwards are not much harder to guess",
            Self::Substitutions => "substitutions like '@' for 'a' do not help much",
            Self::LongerPattern => "use a longer pattern on the keyboard, with more turns",
            Self::NoRepeats => "avoid repeated words and characters",
            Self::NoSequences => "avoid sequences",
            Self::NoRecentYears => "avoid recent years",
            Self::NoOwnYears => "avoid years that have to do with you",
            Self::NoOwnDates => "avoid dates and years that have to do with you",
        })
    }
}
