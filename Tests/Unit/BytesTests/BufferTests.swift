// Buffers, secrets, short lists and Base64.
import Bytes
import Testing

@Suite struct BufferTests {
    @Test func dropsAtTheFrontAndAppendsAtTheEnd() {
        var buffer = Buffer("hello world")
        buffer.removeFirst(6)
        buffer.append("!")
        #expect(buffer.text == "world!")
        buffer.removeFirst(100)
        #expect(buffer.isEmpty)
    }

    @Test(arguments: [0, 7, 10, 99, 100, UInt64.max])
    func appendsDecimals(number: UInt64) {
        var buffer = Buffer()
        buffer.append(decimal: number)
        #expect(buffer.text == String(number))
        var short = ShortBytes()
        short.append(decimal: number)
        #expect(short.text == String(number))
    }

    @Test func keepsItsStorageWhenEmptied() {
        var buffer = Buffer(String(repeating: "x", count: 1000))
        buffer.removeAll()
        #expect(buffer.capacity >= 1000)
        buffer.release(above: 100)
        #expect(buffer.capacity == 0)
    }

    @Test func truncatesToWaitingBytes() {
        var buffer = Buffer("abcdef")
        buffer.removeFirst(2)
        buffer.truncate(to: 3)
        #expect(buffer.text == "cde")
    }
}

@Suite struct SecretTests {
    @Test func comparesByContentAndDescribesOnlyItsLength() {
        #expect(Secret("pass") == Secret("pass"))
        #expect(Secret("pass") != Secret("past"))
        #expect("\(Secret("hunter2"))" == "a secret of 7 bytes")
    }
}

@Suite struct ShortTests {
    @Test func listsSpillPastTheirInlineElements() {
        let list = ShortList(0..<9)
        #expect(list.array == Array(0..<9))
        #expect(list != ShortList(0..<8))
    }

    @Test func bytesSpillPastTheirInlineElements() {
        let text = String(repeating: "0123456789", count: 9)
        #expect(ShortBytes(text).text == text)
        #expect(ShortBytes(text).count == 90)
    }
}

@Suite struct Base64Tests {
    @Test(arguments: [
        ("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy"),
    ])
    func encodesAndDecodes(plain: String, encoded: String) {
        var out = Buffer()
        Base64.encode(Array(plain.utf8).span, into: &out)
        #expect(out.text == encoded)
        var back = Buffer()
        let isDecoded = Base64.decode(Array(encoded.utf8).span, into: &back)
        #expect(isDecoded)
        #expect(back.text == plain)
    }

    @Test(
        "refuses what is not canonical",
        arguments: [
            "Zg", "Zg=", "Zh==", "Zm9=", "Z===", "====", "Zm9v\n", " Zg=", "Zg==Zg==", "Z*==",
        ]
    )
    func refuses(text: String) {
        var out = Buffer("kept")
        let isDecoded = Base64.decode(Array(text.utf8).span, into: &out)
        #expect(!isDecoded)
        #expect(out.text == "kept")
    }
}
