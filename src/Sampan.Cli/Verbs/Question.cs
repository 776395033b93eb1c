using System.Globalization;
using System.Text;
using Sampan.Linux;

namespace Sampan.Cli.Verbs;

/// <summary>What is asked of the person at the terminal, and what is piped in instead of an answer.</summary>
internal static class Question
{
    /// <summary>Bytes; no name and no password is longer in earnest.</summary>
    private const int Limit = 64 << 10;

    /// <param name="silent">The answer is not shown while it is typed.</param>
    /// <exception cref="SampanException">Standard input is no terminal.</exception>
    public static string Ask(Session session, string prompt, bool silent)
    {
        if (Sys.GetTerminal(0, out var before) < 0)
            throw new SampanException(ErrorKind.InvalidArgument, "cannot ask for a user name and a password, since standard input is no terminal: use --username and --password-stdin");
        // Before the prompt: who answers at once is not shown either.
        if (silent)
            LinuxException.Check(Sys.SetTerminal(0, before.Silent()), "ioctl TCSETS", "the terminal");
        try
        {
            session.Out.Write(prompt);
            session.Out.Flush();
            return Line();
        }
        finally
        {
            if (silent)
                Sys.SetTerminal(0, before);
        }
    }

    /// <summary>One of several, by its number.</summary>
    /// <returns>Null: the answer was none of them.</returns>
    public static T? Choose<T>(Output output, string prompt, IReadOnlyList<T> choices) where T : class
    {
        output.Line(prompt);
        for (int i = 0; i < choices.Count; i++)
            output.Line($"  {i + 1}) {choices[i]}");
        output.Write($"Which one (1 to {choices.Count})? ");
        output.Flush();
        return int.TryParse(Line().Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out int number) && number >= 1 && number <= choices.Count ? choices[number - 1] : null;
    }

    /// <summary>Only <c>y</c> is yes, in either case.</summary>
    public static bool Confirms(Session session, string prompt)
    {
        session.Out.Write(prompt);
        session.Out.Flush();
        return Line().Trim() is "y" or "Y";
    }

    /// <summary>The whole of standard input, without the end of its last line.</summary>
    public static string RestOfInput() => Read(toLineEnd: false).TrimEnd('\n').TrimEnd('\r');

    private static string Line() => Read(toLineEnd: true).TrimEnd('\n').TrimEnd('\r');

    private static string Read(bool toLineEnd)
    {
        var text = new List<byte>();
        Span<byte> one = stackalloc byte[1];
        // Byte by byte: what comes after the line is not ours.
        while (LinuxException.Check(Sys.Read(0, one), "read", "standard input") > 0 && !(toLineEnd && one[0] == '\n'))
        {
            text.Add(one[0]);
            if (text.Count > Limit)
                throw new SampanException(ErrorKind.InvalidArgument, $"standard input: longer than {Limit >> 10} KiB");
        }
        return Encoding.UTF8.GetString([.. text]);
    }
}
