// A trail with an index that is up to date, made or caught up before the first question.
import Audit
import Bytes
import Glibc
import Reactor
import TrailIndex

/// A trail's folder and the index over it.
struct IndexedTrail {
    let folder: String
    let index: TrailIndex
    /// What makes the lines readable that the index was made of; nil: they stand as they are.
    var reveal: RecordReveal?

    /// Opens the index at `path`, which reads what is new in the trail, or all of it.
    init(
        _ folder: String,
        index path: String,
        anew: Bool = false,
        progress: IndexProgress = IndexProgress()
    ) throws(TrailError) {
        self.folder = folder
        let found = try TrailFiles(folder)
        do {
            if !anew, let index = try TrailIndex(opening: path) {
                switch try found.difference(to: try index.marks()) {
                case .none: break
                case .grown: try index.extend { try found.fill(&$0, progress) }
                case .another(let why):
                    progress.say("\(why): indexing anew")
                    try Self.make(path, found, progress)
                }
            } else {
                try Self.make(path, found, progress)
            }
            guard let index = try TrailIndex(opening: path) else {
                throw TrailError.index("\(path) can't be opened")
            }
            self.index = index
        } catch let error as TrailError {
            throw error
        } catch {
            throw .index("\(path): \(error)")
        }
    }

    /// Reads the whole trail into an index in memory.
    init(_ folder: String, revealing reveal: RecordReveal) throws(TrailError) {
        self.folder = folder
        self.reveal = reveal
        let found = try TrailFiles(folder)
        do {
            index = try TrailIndex(fillingMemory: { writer in
                try found.fill(&writer, IndexProgress(), revealing: reveal)
            })
        } catch let error as TrailError {
            throw error
        } catch {
            throw .index("\(error)")
        }
    }

    private static func make(
        _ path: String,
        _ files: TrailFiles,
        _ progress: IndexProgress
    ) throws {
        try TrailIndex.make(at: path) { try files.fill(&$0, progress) }
    }
}

/// Tells on standard error how far indexing is, where it takes long.
final class IndexProgress {
    private static let linesStep = 500_000

    private var told = 0

    init() {}

    func advance(to lines: Int) {
        guard lines >= told + Self.linesStep else { return }
        told = lines - lines % Self.linesStep
        say("\(told) records are indexed")
    }

    func say(_ words: String) { complain(words) }
}
