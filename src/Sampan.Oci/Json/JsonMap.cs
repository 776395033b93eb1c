using System.Diagnostics.CodeAnalysis;

namespace Sampan.Oci;

/// <summary>The fields of an object, named one after another: reading fills each from the document, writing puts each into it.</summary>
/// <remarks>A field that is absent stays as it was; on writing, null, false, 0 (of non-nullable numbers) and empty strings are left out.</remarks>
public abstract class JsonMap
{
    /// <summary>True while a document is being read: for checks that make no sense on writing.</summary>
    public abstract bool Reading { get; }

    /// <summary>True when the document being read has a field of this name.</summary>
    public virtual bool Has(string name) => false;

    public abstract void Text(string name, ref string? value);

    /// <summary>A string that must be there.</summary>
    public abstract void RequiredText(string name, [NotNull] ref string? value);

    public abstract void Texts(string name, ref List<string>? value);

    public abstract void Flag(string name, ref bool value);

    public abstract void Flag(string name, ref bool? value);

    public abstract void Number(string name, ref int value);

    public abstract void Number(string name, ref uint value);

    public abstract void Number(string name, ref int? value);

    public abstract void Number(string name, ref uint? value);

    public abstract void Number(string name, ref long value);

    public abstract void Number(string name, ref long? value);

    public abstract void Number(string name, ref ulong? value);

    public abstract void Numbers(string name, ref List<uint>? value);

    public abstract void Numbers(string name, ref List<int>? value);

    public abstract void TextMap(string name, ref Dictionary<string, string>? value);

    public abstract void LongMap(string name, ref Dictionary<string, long>? value);

    public abstract void TextsMap(string name, ref Dictionary<string, List<string>>? value);

    /// <summary>A set written as an object with empty objects as values, as image-spec's <c>Volumes</c> and <c>ExposedPorts</c> are.</summary>
    public abstract void KeySet(string name, ref SortedSet<string>? value);

    public abstract void Object<T>(string name, ref T? value) where T : OciObject, new();

    public abstract void Objects<T>(string name, ref List<T>? value) where T : OciObject, new();

    public abstract void ObjectMap<T>(string name, ref Dictionary<string, T>? value) where T : OciObject, new();

    /// <summary>Fails the read at the field <paramref name="name"/>.</summary>
    [DoesNotReturn]
    public abstract void Fail(string name, string message);
}
