namespace Sampan.Cli.Verbs;

/// <summary>Image names as they were typed.</summary>
internal static class ReferenceText
{
    /// <summary>False: a tag is left to the default.</summary>
    public static bool HasTag(string text) => text.AsSpan(text.LastIndexOf('/') + 1).Contains(':');
}
