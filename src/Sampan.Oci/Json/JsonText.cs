using System.Buffers.Text;
using System.Text;

namespace Sampan.Oci;

/// <summary>
/// JSON as it is written: <see href="https://www.rfc-editor.org/rfc/rfc8259">RFC 8259</see>, in UTF-8, compact or in lines indented by four spaces.
/// </summary>
/// <remarks>
/// Not System.Text.Json's writer: the first use of that costs a process most of a millisecond, this a tenth of it, and a container's start writes two documents.
/// Callers nest correctly; nothing here checks that.
/// </remarks>
internal sealed class JsonText(bool indented)
{
    private const int IndentSize = 4;

    private byte[] _buffer = new byte[4096];
    private int _length;
    private int _depth;

    // Whether something stands before, in the object or array that is being written.
    private bool _follows;

    // Whether a name has just been written, so that its value follows on the same line.
    private bool _named;

    public byte[] ToArray() => _buffer.AsSpan(0, _length).ToArray();

    public void StartObject() => Start((byte)'{');

    public void EndObject() => End((byte)'}');

    public void StartArray() => Start((byte)'[');

    public void EndArray() => End((byte)']');

    /// <summary>The name of what is written next.</summary>
    public void Name(string name)
    {
        Separate();
        Quoted(name);
        Byte((byte)':');
        if (indented)
            Byte((byte)' ');
        _named = true;
    }

    public void String(string value)
    {
        Separate();
        Quoted(value);
    }

    public void Bool(bool value)
    {
        Separate();
        Ascii(value ? "true"u8 : "false"u8);
    }

    public void Null()
    {
        Separate();
        Ascii("null"u8);
    }

    public void Number(long value)
    {
        Separate();
        Room(20);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out int written);
        _length += written;
    }

    public void Number(ulong value)
    {
        Separate();
        Room(20);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out int written);
        _length += written;
    }

    public void Number(decimal value)
    {
        Separate();
        Room(32);
        Utf8Formatter.TryFormat(value, _buffer.AsSpan(_length), out int written);
        _length += written;
    }

    private void Start(byte bracket)
    {
        Separate();
        Byte(bracket);
        _depth++;
        _follows = false;
    }

    private void End(byte bracket)
    {
        _depth--;
        if (_follows)
            Line();
        Byte(bracket);
        _follows = true;
    }

    private void Separate()
    {
        if (_named)
        {
            _named = false;
            return;
        }
        if (_follows)
            Byte((byte)',');
        if (_depth > 0)
            Line();
        _follows = true;
    }

    private void Line()
    {
        if (!indented)
            return;
        Byte((byte)'\n');
        int spaces = _depth * IndentSize;
        Room(spaces);
        _buffer.AsSpan(_length, spaces).Fill((byte)' ');
        _length += spaces;
    }

    private void Quoted(string text)
    {
        // Most are plain ASCII: six bytes a character is room for the worst.
        Room(text.Length * 6 + 2);
        byte[] buffer = _buffer;
        int at = _length;
        buffer[at++] = (byte)'"';
        for (int i = 0; i < text.Length; i++)
        {
            char c = text[i];
            if (c is >= ' ' and < '\u007f' and not ('"' or '\\'))
                buffer[at++] = (byte)c;
            else
                at = Special(text, ref i, buffer, at);
        }
        buffer[at++] = (byte)'"';
        _length = at;
    }

    /// <summary>Control characters are escaped, those of Latin-1 too, for this is also shown on terminals; half a surrogate pair becomes U+FFFD.</summary>
    private static int Special(string text, ref int i, byte[] buffer, int at)
    {
        char c = text[i];
        byte letter = c switch { '"' => (byte)'"', '\\' => (byte)'\\', '\n' => (byte)'n', '\r' => (byte)'r', '\t' => (byte)'t', '\b' => (byte)'b', '\f' => (byte)'f', _ => 0 };
        if (letter != 0)
        {
            buffer[at++] = (byte)'\\';
            buffer[at++] = letter;
            return at;
        }
        if (c < '\u00a0')
        {
            "\\u00"u8.CopyTo(buffer.AsSpan(at));
            buffer[at + 4] = Hex(c >> 4);
            buffer[at + 5] = Hex(c & 15);
            return at + 6;
        }
        var rune = new Rune('\ufffd');
        if (!char.IsSurrogate(c))
            rune = new Rune(c);
        else if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            rune = new Rune(c, text[++i]);
        return at + rune.EncodeToUtf8(buffer.AsSpan(at));
    }

    private static byte Hex(int digit) => (byte)(digit < 10 ? '0' + digit : 'a' + digit - 10);

    private void Ascii(ReadOnlySpan<byte> text)
    {
        Room(text.Length);
        text.CopyTo(_buffer.AsSpan(_length));
        _length += text.Length;
    }

    private void Byte(byte value)
    {
        Room(1);
        _buffer[_length++] = value;
    }

    private void Room(int more)
    {
        if (_buffer.Length - _length < more)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _length + more));
    }
}
