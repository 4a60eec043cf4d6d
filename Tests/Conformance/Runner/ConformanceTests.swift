// Every transcript of the corpus, played whole and cut; and whether they prove all that is listed.
import Audit
import Foundation
import Testing

@Suite("Conformance")
struct ConformanceTests {
    @Test("plays as written", arguments: Corpus.files)
    func plays(file: String) throws {
        let transcript = try Corpus.transcript(file)
        let settings = try transcript.heading.settings()
        let whole = try Rehearsal(transcript, settings)
        for complaint in BackendOracle.complaints(about: whole.scene.backendWire) {
            Issue.record("\(file): the backend got what the encoder does not write: \(complaint)")
        }
        let denied = transcript.heading.denied
        for complaint in ClientOracle.complaints(about: whole.scene.toClient, denied: denied) {
            Issue.record("\(file): \(complaint)")
        }
        for record in whole.scene.records where record.phase == .decision {
            let facts = String(decoding: record.session, as: UTF8.self)
            #expect(facts.contains(#""policy":""#), "\(file): \(record.shown) names no revision")
        }
    }

    /// Transcripts with more octets are cut at a sample of places, unless EVERY_CUT is set.
    private static let cutsMax =
        ProcessInfo.processInfo.environment["EVERY_CUT"] == nil ? 48 : Int.max
    /// All octets that one transcript is played with: long ones are cut at few places.
    private static let octetsMax = 200_000
    /// Longer transcripts are not fed octet by octet.
    private static let everywhereMax = 8_000

    @Test("plays the same however the octets are cut", arguments: Corpus.files)
    func playsCut(file: String) throws {
        let transcript = try Corpus.transcript(file)
        guard transcript.heading.cuts else { return }
        let settings = try transcript.heading.settings()
        let whole = try Rehearsal(transcript, settings)
        let count = max(1, min(Self.cutsMax, Self.octetsMax / max(1, whole.fed)))
        let step = max(1, whole.fed / count)
        var cuts = stride(from: 1, to: whole.fed, by: step).map { Cut.before($0) }
        if whole.fed <= Self.everywhereMax { cuts.append(.everywhere) }
        for cut in cuts {
            let again = try Rehearsal(transcript, settings, cut: cut)
            #expect(again.scene.toClient == whole.scene.toClient, "\(file): \(cut)")
            #expect(again.scene.toBackend == whole.scene.toBackend, "\(file): \(cut)")
            #expect(again.scene.records == whole.scene.records, "\(file): \(cut)")
        }
    }

    @Test("proves every row and attack, those pending aside")
    func proves() throws {
        let rows = try Corpus.rows()
        let known = Set(rows.all)
        var proven: Set<String> = []
        for file in Corpus.files {
            for row in try Corpus.transcript(file).heading.proves {
                #expect(known.contains(row), "\(file): rows.txt does not list \(row)")
                proven.insert(row)
            }
        }
        let missing = rows.all.filter { !proven.contains($0) && !rows.pending.contains($0) }
        #expect(missing == [], "no transcript proves these")
        #expect(rows.pending.intersection(proven).sorted() == [], "proven: take them off pending")
        #expect(rows.pending.subtracting(known).sorted() == [], "pending, and no row")
        #expect(known.count == rows.all.count, "a row stands twice")
    }
}
