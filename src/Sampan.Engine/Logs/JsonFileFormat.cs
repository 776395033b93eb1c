using System.Globalization;
using System.Text;

namespace Sampan.Engine;

/// <summary>The format of Docker's driver json-file: <c>{"log":"TEXT\n","stream":"stdout","time":"TIME"}</c>, in this order, with <c>attrs</c> before the time.</summary>
internal sealed class JsonFileFormat : LogFormat
{
    private byte[] _text = new byte[4096];

    public override bool TryRead(ReadOnlySpan<byte> line, out LogRecord record)
    {
        record = default;
        var head = "{\"log\":\""u8;
        var time = "\"time\":\""u8;
        if (!line.StartsWith(head) || !line.EndsWith("\"}"u8))
            return false;
        int length = Unescape(line[head.Length..], out int end);
        var rest = line[(head.Length + end)..];
        int at = rest.LastIndexOf(time);
        if (end < 0 || at < 0)
            return false;
        record.Time = rest[(at + time.Length)..^2];
        record.StandardError = rest.StartsWith("\",\"stream\":\"stderr\""u8);
        record.Whole = length > 0 && _text[length - 1] == (byte)'\n';
        record.Text = _text.AsSpan(0, record.Whole ? length - 1 : length);
        return true;
    }

    /// <returns>Bytes in <see cref="_text"/>.</returns>
    /// <param name="text">From behind the opening quotation mark.</param>
    /// <param name="end">Where the closing one is; -1: there is none.</param>
    private int Unescape(ReadOnlySpan<byte> text, out int end)
    {
        if (_text.Length < text.Length)
            _text = new byte[text.Length];
        int length = 0, at = 0;
        end = -1;
        while (true)
        {
            int next = text[at..].IndexOfAny((byte)'"', (byte)'\\');
            if (next < 0 || at + next + 1 >= text.Length)
                return length;
            text.Slice(at, next).CopyTo(_text.AsSpan(length));
            (length, at) = (length + next, at + next);
            if (text[at] == (byte)'"')
            {
                end = at;
                return length;
            }
            if (text[at + 1] == (byte)'u')
            {
                // Docker's own escapes <, > and & as well, and what is no text at all.
                if (at + 6 > text.Length || !int.TryParse(text.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out int code))
                    return length;
                length += (Rune.TryCreate(code, out var rune) ? rune : Rune.ReplacementChar).EncodeToUtf8(_text.AsSpan(length));
                at += 6;
                continue;
            }
            _text[length++] = text[at + 1] switch { (byte)'n' => (byte)'\n', (byte)'r' => (byte)'\r', (byte)'t' => (byte)'\t', (byte)'b' => 8, (byte)'f' => 12, var same => same };
            at += 2;
        }
    }
}
