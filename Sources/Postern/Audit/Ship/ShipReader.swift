// Reads the records that are due from the trail's files: signed ones, which never change any more.
import Audit
import Bytes
import Glibc
import Reactor

/// A trail's folder, read only.
struct ShipReader {
    let folder: String
    /// Where the next record stands, so that nothing before it is read again.
    private var place: Place?

    private struct Place {
        let segment: SegmentName
        var next: UInt64
        var offset: UInt64
    }

    init(folder: String) { self.folder = folder }

    /// How far a trail is signed.
    struct Head: Equatable {
        let origin: String
        let size: UInt64
    }

    /// What the last checkpoint says; nil where there is none yet.
    ///
    /// Its signature is the verification's business. What it covers is on disk: a line behind it
    /// could still be cut away by a crash, and another take its number.
    func head() throws(ShipError) -> Head? {
        let path = "\(folder)/\(SealResuming.latestName)"
        guard unsafe access(path, F_OK) == 0 else {
            guard unsafe access(folder, R_OK | X_OK) == 0 else {
                throw .trail("\(TrailError.last("read \(folder)"))")
            }
            return nil
        }
        guard
            let file = try? FileDescriptor.opening(path, O_RDONLY),
            let bytes = try? file.contents(path, bytesMax: SignedNote.bytesMax)
        else { throw .trail("\(path) can't be read") }
        // A power cut may leave an unfinished one, until the recorder signs again.
        guard
            let note = SignedNote(String(decoding: bytes, as: UTF8.self)),
            let checkpoint = Checkpoint(text: note.text)
        else { return nil }
        return Head(origin: checkpoint.origin, size: checkpoint.size)
    }

    /// Gives the lines of records `range` to `body`, without their line feeds, in their order.
    ///
    /// Returns how many of the records expired before they could be sent.
    mutating func forEachLine(
        _ range: ClosedRange<UInt64>,
        _ body: (Span<UInt8>) throws(ShipError) -> Void
    ) throws(ShipError) -> UInt64 {
        var next = range.lowerBound
        var expired: UInt64 = 0
        for segment in try segments(holding: range) {
            if segment.first > next { expired += try pass(upTo: segment.first - 1, &next) }
            var here = Place(segment: segment, next: segment.first, offset: 0)
            if let place, place.segment == segment, place.next <= next { here = place }
            var failure: ShipError?
            do throws(TrailError) {
                var reader = try SegmentReader("\(folder)/\(segment.text)", from: here.offset)
                _ = try reader.forEachLine { (line) throws(TrailError) in
                    let text = line.extracting(droppingLast: 1)
                    guard
                        failure == nil, here.next <= range.upperBound,
                        TrailLine.sequence(of: text) == here.next
                    else { return }
                    if here.next == next {
                        do throws(ShipError) {
                            try body(text)
                        } catch {
                            failure = error
                            return
                        }
                        next += 1
                    }
                    here.next += 1
                    here.offset += UInt64(line.count)
                }
            } catch {
                throw .trail("\(error)")
            }
            if let failure { throw failure }
            place = here
        }
        if next <= range.upperBound { expired += try pass(upTo: range.upperBound, &next) }
        return expired
    }

    /// Passes over records that are not there, if all of them expired.
    private func pass(upTo last: UInt64, _ next: inout UInt64) throws(ShipError) -> UInt64 {
        let gone: [ExpiredSegment]
        do throws(TrailError) {
            gone = try ExpiredFile.segments(in: folder)
        } catch {
            throw .trail("\(error)")
        }
        let first = next
        for segment in gone where segment.records.contains(next) && next <= last {
            next = min(segment.last, last) + 1
        }
        guard next > last else {
            throw .trail("\(folder): record \(next) is not there, though it was signed")
        }
        return next - first
    }

    private func segments(
        holding range: ClosedRange<UInt64>
    ) throws(ShipError) -> ArraySlice<SegmentName> {
        do throws(TrailError) {
            let all = try SegmentName.all(in: folder)
            let start = all.lastIndex { $0.first <= range.lowerBound } ?? 0
            return all[start...].prefix { $0.first <= range.upperBound }
        } catch {
            throw .trail("\(error)")
        }
    }
}
