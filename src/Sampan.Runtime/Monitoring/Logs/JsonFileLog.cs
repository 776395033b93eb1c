using System.Buffers;
using System.Text;
using System.Text.Unicode;
using Sampan.Linux;

namespace Sampan.Runtime.Monitoring;

/// <summary>
/// Writes output as Docker's driver json-file does, a record a line: <c>{"log":"the line\n","stream":"stdout","time":"2016-10-06T00:17:09.669794202Z"}</c>.
/// A record without <c>\n</c> has its line's end in the stream's next one. What is no UTF-8 becomes U+FFFD, since JSON is text.
/// See <see href="https://docs.docker.com/engine/logging/drivers/json-file/">JSON File logging driver</see>.
/// </summary>
/// <param name="attributes">An object in JSON, or empty.</param>
public sealed class JsonFileLog(LogFile file, string attributes) : FileLog(file)
{
    private static readonly SearchValues<byte> Special = SearchValues.Create([.. Enumerable.Range(0, 32).Select(i => (byte)i), (byte)'"', (byte)'\\', 0x7f]);

    private readonly byte[] _attributes = attributes.Length == 0 ? [] : Encoding.UTF8.GetBytes($",\"attrs\":{attributes}");
    private Held _out, _err;

    /// <summary>The first bytes of a character whose others have not come yet, at most three.</summary>
    private unsafe struct Held
    {
        public fixed byte Bytes[8];
        public int Length;
    }

    public override void Write(bool standardError, ReadOnlySpan<byte> chunk, timespec now)
    {
        Span<byte> time = stackalloc byte[Rfc3339.Length];
        Rfc3339.Format(now, time);
        Complete(standardError, ref chunk, time);
        while (chunk.Length > 0)
        {
            int newline = chunk.IndexOf((byte)'\n');
            var line = newline < 0 ? chunk : chunk[..newline];
            if (newline < 0)
                line = HoldBack(ref standardError ? ref _err : ref _out, line);
            if (newline >= 0 || line.Length > 0)
                Record(standardError, line, newline >= 0, time);
            chunk = newline < 0 ? default : chunk[(newline + 1)..];
        }
        Flush();
    }

    public override void Settle()
    {
        Span<byte> time = stackalloc byte[Rfc3339.Length];
        Rfc3339.Format(Sys.ClockGettime(Sys.CLOCK_REALTIME), time);
        foreach (bool standardError in (ReadOnlySpan<bool>)[false, true])
        {
            ref var held = ref standardError ? ref _err : ref _out;
            if (held.Length > 0)
                Record(standardError, "\ufffd"u8, false, time);
            held.Length = 0;
        }
        Flush();
    }

    private void Record(bool standardError, scoped ReadOnlySpan<byte> text, bool whole, scoped ReadOnlySpan<byte> time)
    {
        Begin();
        Append("{\"log\":\""u8);
        Escaped(text);
        Append(whole ? "\\n\",\"stream\":"u8 : "\",\"stream\":"u8);
        Append(standardError ? "\"stderr\""u8 : "\"stdout\""u8);
        Append(_attributes);
        Append(",\"time\":\""u8);
        Append(time);
        Append("\"}\n"u8);
    }

    // The rest of a character that an earlier chunk began.
    private unsafe void Complete(bool standardError, ref ReadOnlySpan<byte> chunk, scoped ReadOnlySpan<byte> time)
    {
        ref var held = ref standardError ? ref _err : ref _out;
        if (held.Length == 0)
            return;
        fixed (byte* bytes = held.Bytes)
        {
            var character = new Span<byte>(bytes, 8);
            while (chunk.Length > 0 && Rune.DecodeFromUtf8(character[..held.Length], out _, out _) == OperationStatus.NeedMoreData)
            {
                if ((chunk[0] & 0xC0) != 0x80)
                    break;
                character[held.Length++] = chunk[0];
                chunk = chunk[1..];
            }
            if (chunk.Length == 0 && Rune.DecodeFromUtf8(character[..held.Length], out _, out _) == OperationStatus.NeedMoreData)
                return;
            Record(standardError, character[..held.Length], false, time);
            held.Length = 0;
        }
    }

    private static unsafe ReadOnlySpan<byte> HoldBack(ref Held held, ReadOnlySpan<byte> text)
    {
        for (int back = 1; back <= Math.Min(3, text.Length); back++)
        {
            byte b = text[^back];
            if ((b & 0xC0) == 0x80)
                continue;
            if (b < 0x80 || Rune.DecodeFromUtf8(text[^back..], out _, out _) != OperationStatus.NeedMoreData)
                return text;
            fixed (byte* bytes = held.Bytes)
                text[^back..].CopyTo(new Span<byte>(bytes, 8));
            held.Length = back;
            return text[..^back];
        }
        return text;
    }

    private void Escaped(ReadOnlySpan<byte> text)
    {
        if (!Utf8.IsValid(text))
        {
            Repaired(text);
            return;
        }
        while (text.Length > 0)
        {
            int special = text.IndexOfAny(Special);
            if (special < 0)
            {
                Append(text);
                return;
            }
            Append(text[..special]);
            Escape(text[special]);
            text = text[(special + 1)..];
        }
    }

    private void Repaired(ReadOnlySpan<byte> text)
    {
        while (text.Length > 0)
        {
            bool good = Rune.DecodeFromUtf8(text, out var rune, out int length) == OperationStatus.Done;
            if (!good)
                Append("\ufffd"u8);
            else if (rune.Value < 0x80 && Special.Contains((byte)rune.Value))
                Escape((byte)rune.Value);
            else
                Append(text[..length]);
            text = text[length..];
        }
    }

    private void Escape(byte b)
    {
        ReadOnlySpan<byte> digits = "0123456789abcdef"u8;
        switch (b)
        {
            case (byte)'"': Append("\\\""u8); break;
            case (byte)'\\': Append("\\\\"u8); break;
            case (byte)'\n': Append("\\n"u8); break;
            case (byte)'\r': Append("\\r"u8); break;
            case (byte)'\t': Append("\\t"u8); break;
            default: Append([(byte)'\\', (byte)'u', (byte)'0', (byte)'0', digits[b >> 4], digits[b & 15]]); break;
        }
    }
}
