// The files of a trail as they are now, against what an index has read of them.
import Audit
import Bytes
import Glibc
import Reactor
import TrailIndex

/// The segments in a folder.
struct TrailFiles {
    enum Difference: Equatable {
        case none
        case grown
        /// It is not the trail that was indexed.
        case another(String)
    }

    let folder: String
    let segments: [SegmentName]

    init(_ folder: String) throws(TrailError) {
        self.folder = folder
        segments = try SegmentName.all(in: folder)
    }

    /// What has happened since the index was brought up to date.
    ///
    /// Segments may have expired or been moved away: what was read of them has to go, too. What is
    /// read of the others must still be there.
    func difference(to marks: [SegmentMark]) throws(TrailError) -> Difference {
        if segments.isEmpty {
            return marks.isEmpty ? .none : .another("the trail's files are gone")
        }
        let kept = marks.filter { segments.contains($0.name) }
        var isGrown = kept.count < marks.count || kept.count < segments.count
        for mark in kept {
            let file = try LineFile(path(mark.name))
            let bytes = try file.bytes()
            guard bytes >= mark.bytes, try file.digest(at: 0) == mark.head,
                try file.digest(at: mark.tailPlace) == mark.tail
            else { return .another("\(mark.name.text) is not the file that was indexed") }
            isGrown = isGrown || bytes > mark.bytes
        }
        return isGrown ? .grown : .none
    }

    /// Gives the writer all whole lines that the index has not.
    func fill(
        _ writer: inout IndexWriter,
        _ progress: IndexProgress,
        revealing reveal: RecordReveal? = nil
    ) throws(TrailError) {
        do {
            let marks = try writer.marks()
            try forgetGone(marks, &writer)
            for segment in segments {
                let mark = marks.first { $0.name == segment }
                try fill(&writer, segment, from: mark, progress, reveal)
            }
        } catch let error as TrailError {
            throw error
        } catch {
            throw .index("\(error)")
        }
    }

    /// Takes out of the index what was read of segments that are no longer there.
    private func forgetGone(_ marks: [SegmentMark], _ writer: inout IndexWriter) throws {
        var isAny = false
        for (index, mark) in marks.enumerated() where !segments.contains(mark.name) {
            let end = index + 1 < marks.count ? marks[index + 1].name.first : .max
            try writer.forget(mark.name.first..<end)
            isAny = true
        }
        if isAny { try writer.forgetUnusedNames() }
    }

    private func fill(
        _ writer: inout IndexWriter,
        _ segment: SegmentName,
        from mark: SegmentMark?,
        _ progress: IndexProgress,
        _ reveal: RecordReveal?
    ) throws {
        var place = mark?.bytes ?? 0
        var tailPlace = mark?.tailPlace ?? 0
        var reader = try SegmentReader(path(segment), from: place)
        writer.begin(segment)
        let start = place
        _ = try reader.forEachLine { (line) throws(TrailError) in
            do {
                if let reveal {
                    let clear = reveal.line(line.indices.map { line[$0] })
                    try writer.take(clear.span, at: place)
                } else {
                    try writer.take(line, at: place)
                }
            } catch {
                throw .index("\(error)")
            }
            tailPlace = place
            place += UInt64(line.count)
            progress.advance(to: writer.lines)
        }
        guard place > start else { return }
        let file = try LineFile(path(segment))
        guard let head = try file.digest(at: 0), let tail = try file.digest(at: tailPlace) else {
            throw TrailError.index("\(segment.text) changes while it is read")
        }
        try writer.end(
            SegmentMark(name: segment, bytes: place, head: head, tailPlace: tailPlace, tail: tail)
        )
    }

    private func path(_ segment: SegmentName) -> String { "\(folder)/\(segment.text)" }
}
