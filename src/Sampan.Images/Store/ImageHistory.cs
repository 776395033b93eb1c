using Sampan.Oci;

namespace Sampan.Images;

/// <summary>One step that made an image.</summary>
/// <param name="Image">The image, at its last step; of earlier ones no image is kept.</param>
/// <param name="Size">Bytes of the files in the layer it made; 0 when it made none.</param>
public sealed record ImageStep(Digest? Image, string? Created, string? CreatedBy, string? Comment, long Size);

public sealed partial class ImageStore
{
    /// <summary>The steps that made an image, the last first; a layer that its config's history does not tell of is a step all the same.</summary>
    public IReadOnlyList<ImageStep> History(string reference)
    {
        var image = Get(reference);
        var steps = new List<ImageStep>();
        int layer = 0;
        foreach (var step in image.Config.History ?? [])
            steps.Add(new ImageStep(null, step.Created, step.CreatedBy, step.Comment, step.EmptyLayer || layer == image.ChainIds.Count ? 0 : LayerWork.SizeOf(_paths.Layer(image.ChainIds[layer++]))));
        for (; layer < image.ChainIds.Count; layer++)
            steps.Add(new ImageStep(null, image.Config.Created, null, null, LayerWork.SizeOf(_paths.Layer(image.ChainIds[layer]))));
        steps.Reverse();
        if (steps.Count > 0)
            steps[0] = steps[0] with { Image = image.Id };
        return steps;
    }
}
