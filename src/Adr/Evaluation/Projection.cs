namespace Adr.Evaluation;

/// <summary>How latents are laid out in a plane.</summary>
public enum Projection
{
    /// <summary>The first two principal components: a linear map, so that distances in the picture are at most those in the latent.</summary>
    PrincipalComponents,

    /// <summary>t-SNE (<see cref="Evaluation.TSne"/>): neighbours stay neighbours; sizes of and distances between groups mean nothing.</summary>
    TSne,
}
