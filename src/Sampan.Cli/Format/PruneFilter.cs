using System.Globalization;
using Sampan.Engine;

namespace Sampan.Cli.Format;

/// <summary>The <c>--filter</c>s of <c>container prune</c> and <c>system prune</c>, all of which hold: <c>until</c>, <c>label</c>, <c>label!</c>.</summary>
internal sealed class PruneFilter
{
    private readonly List<Func<DateTimeOffset, IReadOnlyDictionary<string, string>?, bool>> _tests = [];

    /// <exception cref="SampanException">Another key, or a value that does not fit.</exception>
    public PruneFilter(IEnumerable<string> texts, DateTimeOffset now)
    {
        foreach (string text in texts)
        {
            int equals = text.IndexOf('=');
            string key = equals > 0 ? text[..equals].Trim().ToLowerInvariant() : "", value = text[(equals + 1)..].Trim();
            _tests.Add(key switch
            {
                "until" => Before(Moment.Parse(value, now)),
                "label" => (_, labels) => LabelText.Has(labels, value),
                "label!" => (_, labels) => !LabelText.Has(labels, value),
                _ => throw new SampanException(ErrorKind.InvalidArgument, $"invalid filter '{text}': want until, label or label!, and a value"),
            });
        }
    }

    private static Func<DateTimeOffset, IReadOnlyDictionary<string, string>?, bool> Before(DateTimeOffset? end) => (created, _) => created < end;

    public bool Matches(ContainerRecord record)
        => Matches(DateTimeOffset.Parse(record.Created!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal), record.Config!.Labels);

    public bool Matches(DateTimeOffset created, IReadOnlyDictionary<string, string>? labels) => _tests.TrueForAll(test => test(created, labels));
}

/// <summary>Labels in filters.</summary>
internal static class LabelText
{
    /// <param name="wanted"><c>key</c>, or <c>key=value</c>.</param>
    public static bool Has(IReadOnlyDictionary<string, string>? labels, string wanted)
    {
        int equals = wanted.IndexOf('=');
        return labels is not null && labels.TryGetValue(equals < 0 ? wanted : wanted[..equals], out string? value) && (equals < 0 || value == wanted[(equals + 1)..]);
    }
}
