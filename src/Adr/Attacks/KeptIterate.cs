namespace Adr.Attacks;

/// <summary>Which of its iterates an iterative attack gives back, for each point.</summary>
public enum KeptIterate
{
    /// <summary>The last one, as in Madry et al. 2018; of several runs, that with the largest margin.</summary>
    Last,

    /// <summary>The one with the largest margin: a point that was ever misclassified stays so.</summary>
    Worst,

    /// <summary>As <see cref="Worst"/>, but a point is left alone from the first iterate on that is clearly misclassified: as many points
    /// are broken, and an evaluation costs less the weaker the model is. Clearly: by a margin above 1 % of the point's largest logit.</summary>
    Broken,
}
