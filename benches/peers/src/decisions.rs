//! Portcullis's decisions beside those of other authorisation libraries, on one policy.

#[cfg(feature = "decisions")]
mod casbin;
#[cfg(feature = "decisions")]
mod cedar;
mod floor;
mod ours;
#[cfg(feature = "decisions")]
mod regorus;
mod world;

use std::{fs, hint::black_box, time::Duration};

use cpu_time::ThreadTime;

use crate::measure::median;
use world::{Kind, Question, World};

/// The most questions of one sample.
const BATCH: u32 = 1000;
/// A sample takes about so long, or the time of one question.
const SAMPLE: Duration = Duration::from_millis(1);
/// Few enough questions that what they touch stays in the processor's caches. They are asked once
/// before they are timed.
const FEW: usize = 100;
/// Questions whose answers are compared before anything is timed.
const COMPARED: usize = 20;

struct Scale {
    sizes: &'static [Size],
    rounds: usize,
}

#[derive(Clone, Copy)]
struct Size {
    roles: usize,
    users: usize,
    /// Whether the other libraries are asked, too.
    peers: bool,
}

const FULL: Scale = Scale {
    sizes: &[
        Size::new(10, 100),
        Size::new(1_000, 10_000),
        Size::new(10_000, 100_000),
        Size {
            peers: false,
            ..Size::new(10_000, 1_000_000)
        },
    ],
    rounds: 31,
};
const QUICK: Scale = Scale {
    sizes: &[Size::new(10, 100), Size::new(100, 1_000)],
    rounds: 3,
};

impl Size {
    const fn new(roles: usize, users: usize) -> Self {
        let peers = true;
        Self {
            roles,
            users,
            peers,
        }
    }
}

/// Something that answers questions.
trait Decider {
    /// Whether it is allowed.
    fn decide(&mut self, question: &Question) -> bool;

    /// Takes in what a program would keep from one question to the next. Not timed.
    fn prepare(&mut self, _questions: &[Question]) {}
}

/// A column of the table.
struct Column {
    name: &'static str,
    decider: Box<dyn Decider>,
    load: Duration,
    /// Whether it keeps answers: of questions drawn at random it has none.
    caches: bool,
}

/// Which questions come.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Among {
    /// The same [`FEW`] again and again.
    Few,
    /// Each of a subject drawn at random from all.
    All,
}

impl Column {
    fn new<D: Decider + 'static>(name: &'static str, load: impl FnOnce() -> D) -> Self {
        let start = ThreadTime::now();
        let decider = Box::new(load());
        let load = start.elapsed();
        Self {
            name,
            decider,
            load,
            caches: false,
        }
    }
}

/// Times them and prints the tables.
pub fn compare(quick: bool) {
    let scale = if quick { QUICK } else { FULL };
    println!(
        "\ndecisions: median of {} rounds, ns of processor time",
        scale.rounds
    );
    println!("processor: {}", processor());
    println!("date: {}", time::OffsetDateTime::now_utc().date());
    if !cfg!(feature = "decisions") {
        println!("built without the feature `decisions`: other libraries are left out");
    }
    for size in scale.sizes {
        table(*size, scale.rounds);
    }
}

/// As the system names it.
fn processor() -> String {
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let line = info.lines().find(|line| line.starts_with("model name"));
    let name = line.and_then(|line| line.split(": ").nth(1));
    name.unwrap_or("unknown").to_owned()
}

fn table(size: Size, rounds: usize) {
    let world = World::new(size.roles, size.users);
    let mut columns = columns(&world, size.peers);
    let title = format!("{} roles, {} users", size.roles, size.users);
    println!(
        "\n| {title} | {} |",
        names(&columns).collect::<Vec<_>>().join(" | ")
    );
    println!("|---|{}", "--:|".repeat(columns.len()));
    for among in [Among::Few, Among::All] {
        for kind in Kind::ALL {
            agree(&world, kind, &mut columns);
            let times = in_turn(&world, kind, among, &mut columns, rounds);
            row(kind, among, &times);
        }
    }
    let loads = columns
        .iter()
        .map(|column| format!("{:.1}", column.load.as_secs_f64() * 1e3));
    println!("| load, ms | {} |", loads.collect::<Vec<_>>().join(" | "));
}

/// Ours from strings first: the ratios are to it.
fn columns(world: &World, peers: bool) -> Vec<Column> {
    #[cfg_attr(
        not(feature = "decisions"),
        allow(unused_mut, reason = "there is nothing to add")
    )]
    let mut columns = vec![
        Column::new("portcullis, strings", || ours::Strings::new(world)),
        Column::new("portcullis, resolved", || ours::Resolve::new(world)),
        Column::new("bare, strings", || floor::Strings::new(world)),
        Column::new("bare, ids", || floor::Ids::new(world)),
    ];
    #[cfg(feature = "decisions")]
    if peers {
        columns.extend([
            Column::new("casbin", || casbin::Plain::new(world)),
            Column {
                caches: true,
                ..Column::new("casbin, cached", || casbin::Cached::new(world))
            },
            Column::new("Cedar", || cedar::Cedar::new(world)),
            Column::new("regorus", || regorus::Machine::new(world)),
        ]);
    }
    let _ = peers;
    columns
}

fn names(columns: &[Column]) -> impl Iterator<Item = &str> {
    columns.iter().map(|column| column.name)
}

/// That all say what the world says.
fn agree(world: &World, kind: Kind, columns: &mut [Column]) {
    let questions = world.questions(kind, COMPARED, 1);
    for column in columns {
        column.decider.prepare(&questions);
        for question in &questions {
            let allowed = column.decider.decide(question);
            assert_eq!(allowed, kind.allowed(), "{}: {question:?}", column.name);
        }
    }
}

/// The median of each column: all in turn, A B C A B C …, so that whatever else the machine does hits
/// all of them. One round more comes first and is not counted.
fn in_turn(
    world: &World,
    kind: Kind,
    among: Among,
    columns: &mut [Column],
    rounds: usize,
) -> Vec<Option<f64>> {
    let mut samples = vec![Vec::new(); columns.len()];
    let batch = |column: &mut Column| {
        let once = world.questions(kind, 1, 0);
        let one = (0..3).map(|_| sample(&once, column)).min();
        let one = one.unwrap_or_default();
        (SAMPLE.as_nanos() / one.as_nanos().max(1)).clamp(1, BATCH.into()) as u32
    };
    let batches: Vec<u32> = columns.iter_mut().map(batch).collect();
    for round in 0..=rounds {
        let all = columns.iter_mut().zip(&mut samples).zip(&batches);
        for ((column, samples), batch) in all {
            if column.caches && among == Among::All {
                continue;
            }
            let count = *batch as usize;
            let questions = match among {
                Among::Few => {
                    let few = world.questions(kind, FEW, 0);
                    few.into_iter().cycle().take(count).collect()
                }
                Among::All => world.questions(kind, count, round as u64),
            };
            if among == Among::Few {
                sample(questions.get(..FEW).unwrap_or(&questions), column);
            }
            let time = sample(&questions, column);
            if round > 0 {
                samples.push(time / *batch);
            }
        }
    }
    let nanos = |time: Duration| time.as_nanos() as f64;
    let medians = samples
        .into_iter()
        .map(|samples| median(samples).map(nanos));
    medians.collect()
}

/// The processor time of all the questions.
fn sample(questions: &[Question], column: &mut Column) -> Duration {
    column.decider.prepare(questions);
    let start = ThreadTime::now();
    for question in questions {
        black_box(column.decider.decide(black_box(question)));
    }
    start.elapsed()
}

/// Nanoseconds, and in brackets how many times portcullis' time from strings that is.
fn row(kind: Kind, among: Among, times: &[Option<f64>]) {
    let ours = times.first().copied().flatten().unwrap_or_default();
    let cell = |(at, time): (usize, &Option<f64>)| match (at, time) {
        (_, None) => "n/a".to_owned(),
        (0, Some(time)) => format!("{time:.0}"),
        (_, Some(time)) => format!("{time:.0} ({})", ratio(time / ours)),
    };
    let cells: Vec<_> = times.iter().enumerate().map(cell).collect();
    let among = match among {
        Among::Few => "",
        Among::All => ", at random",
    };
    println!("| {}{among} | {} |", kind.name(), cells.join(" | "));
}

fn ratio(times: f64) -> String {
    if times < 10.0 {
        format!("{times:.2}")
    } else {
        format!("{times:.0}")
    }
}
